/** Reads JSON bodies, and rejects the name `__proto__`, which could change prototypes. */
import { HTTPException } from '../exceptions.ts'
import type { BodyOptions, Request } from '../requests.ts'

/** An escaped letter of `__proto__`. */
const ESCAPED = /\\u00(?:5f|70|72|6f|74)/i

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Returns the decoded body. It throws the errors of `decodeJSON` and `request.bytes()`. */
export async function readJSON(
  request: Request<never, never>,
  limit: BodyOptions,
): Promise<unknown> {
  return decodeJSON(await request.bytes(limit))
}

/**
 * Decodes a whole body.
 *
 * An own member `__proto__` is rejected, because it changes the prototype when the value is copied by
 * assignment.
 *
 * @throws HTTPException 400 if it is not valid JSON in UTF-8, or has a member `__proto__`.
 */
export function decodeJSON(bytes: Uint8Array): unknown {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new HTTPException(400, 'The request body is not valid JSON.', { cause })
  }
  if (hasProto(text, value)) {
    throw new HTTPException(400, 'The request body has a member with the name "__proto__".')
  }
  return value
}

/** Whether a value that was parsed from this text has an own member `__proto__` anywhere. */
export function hasProto(text: string, value: unknown): boolean {
  return mayHaveProto(text) && findsProto(value)
}

/** The search for `\u00` takes a quarter of the time of the regular expression, so it comes first. */
function mayHaveProto(text: string): boolean {
  return text.includes('__proto__') || (text.includes('\\u00') && ESCAPED.test(text))
}

/** Uses a list instead of recursion, because a deeply nested value could overflow the stack. */
function findsProto(value: unknown): boolean {
  const waiting = [value]
  while (waiting.length > 0) {
    const item = waiting.pop()
    if (typeof item !== 'object' || item === null) continue
    if (Object.hasOwn(item, '__proto__')) return true
    for (const member of Object.values(item)) waiting.push(member)
  }
  return false
}
