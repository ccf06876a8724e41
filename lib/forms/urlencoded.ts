/** Forms of the type application/x-www-form-urlencoded. */
import type { Meter } from './limits.ts'
import { decodeLatin1 } from './text.ts'

const AMPERSAND = 0x26
const EQUALS = 0x3d
const PERCENT = 0x25
const PLUS = 0x2b

/**
 * The fields in their order, read in one pass; `a` is `a=`, and nothing between two `&` is nothing.
 *
 * Escapes are UTF-8, bytes that should have been escaped are latin-1 (FM-10).
 *
 * @throws HTTPException 413 as soon as there are too many fields, or one is too large.
 */
export function parseUrlencoded(bytes: Uint8Array, meter: Meter): [string, string][] {
  const text = decodeLatin1(bytes)
  const fields: [string, string][] = []
  let start = 0
  let equals = -1
  let isEscaped = false
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : AMPERSAND
    if (code === PERCENT || code === PLUS) isEscaped = true
    else if (code === EQUALS && equals < 0) equals = at
    if (code !== AMPERSAND) continue
    if (at > start) {
      const nameEnd = equals < 0 ? at : equals
      meter.begin(false, 0)
      meter.add(equals < 0 ? at - start : at - start - 1)
      const name = text.slice(start, nameEnd)
      const value = text.slice(nameEnd + 1, at)
      fields.push(isEscaped ? [decodeField(name), decodeField(value)] : [name, value])
    }
    start = at + 1
    equals = -1
    isEscaped = false
  }
  return fields
}

function decodeField(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    // An escape that is none stays, and bytes that are no UTF-8 become U+FFFD.
    return spaced.replace(/(?:%[0-9a-f]{2})+/gi, unescapeBytes)
  }
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

function unescapeBytes(run: string): string {
  const bytes = new Uint8Array(run.length / 3)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(run.slice(index * 3 + 1, index * 3 + 3), 16)
  }
  return lenient.decode(bytes)
}
