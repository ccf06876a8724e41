/** Converts a decoded message for a callback, by a function or a schema. */
import { ValidationError } from '../exceptions/validation.ts'
import { isThenable } from '../internal/handled.ts'
import { issuesOf } from '../operations/issues.ts'
import { hasProto } from '../operations/json.ts'
import { isSchema, type Validated, validate } from '../operations/schemas.ts'
import type { AnySchema } from '../types/schemas.ts'
import type { WebSocketData } from '../websockets/data.ts'

const utf8 = new TextDecoder()

/** The message, or the error if it is invalid. */
type Parsed =
  | { readonly message: unknown; readonly invalid?: undefined }
  | { readonly invalid: { readonly error: unknown } }

/** Parses a decoded message. If it throws, that is a bug. */
type Parse = (decoded: unknown, data: WebSocketData) => Parsed | Promise<Parsed>

/** @param parse The schema or function of a user; undefined for decoded messages without further checks. */
export function parserOf(parse: AnySchema | ((data: never) => unknown) | undefined): Parse {
  if (parse === undefined) return (message) => ({ message })
  // The schemas of some libraries are functions.
  return isSchema(parse) ? bySchema(parse) : byFunction(parse as (data: unknown) => unknown)
}

function byFunction(parse: (data: unknown) => unknown): Parse {
  return async (decoded) => {
    try {
      return { message: await parse(decoded) }
    } catch (error) {
      return { invalid: { error } }
    }
  }
}

/** Parses by a schema. A member `__proto__` is refused, as in the JSON bodies of requests. */
function bySchema(schema: AnySchema): Parse {
  return (decoded, data) => {
    const text = typeof data === 'string' ? data : utf8.decode(data)
    if (hasProto(text, decoded)) return parsedOf(FORBIDDEN)
    const result = validate(schema, decoded)
    return isThenable(result) ? result.then(parsedOf) : parsedOf(result)
  }
}

const FORBIDDEN: Validated = {
  issues: [{ message: 'There is a member with the name "__proto__".' }],
}

function parsedOf(result: Validated): Parsed {
  if (result.issues === undefined) return { message: result.value }
  const error = new ValidationError(issuesOf('message', result), {
    detail: 'The message is invalid.',
  })
  return { invalid: { error } }
}
