/** Writes values as JSON, including values that `JSON.stringify` would drop or reject. */
import { toBase64 } from '../internal/base64url.ts'

/** The settings of layers and contracts for all replies. */
export interface ReplySettings {
  /** Whether bodies are validated and stripped by their schema. */
  readonly validates: boolean
  readonly encode: Encode | undefined
}

/** Converts a value without a JSON form to one that has a JSON form, and returns other values unchanged. */
type Encode = (value: unknown) => unknown

/**
 * Returns a value as JSON text: dates and URLs as text, bigints as text, maps as objects, sets as lists,
 * bytes in base64, other typed arrays as lists of numbers.
 *
 * @param encode Called first for each bigint, and for each object that is neither a plain one nor a list.
 * @throws TypeError if a value has no JSON form, as `JSON.stringify` does for a cycle.
 */
export function toJSON(value: unknown, encode: Encode | undefined): string {
  if (isPlainWhole(value)) return JSON.stringify(value)
  const text: string | undefined = JSON.stringify(
    value,
    function replace(this: unknown, key, given) {
      // `given` is the result of the value's toJSON(). That of a Buffer is not useful.
      const original: unknown = (this as Record<string, unknown>)[key]
      if (isPlain(original)) return given
      const encoded = encode === undefined ? original : encode(original)
      return encoded === original ? encodedByDefault(original, given) : encoded
    },
  )
  if (text !== undefined) return text
  throw new TypeError(
    `operation: the body must have a JSON form, ${typeof value} was given. Return null for "nothing".`,
  )
}

/** Larger values are not searched, because a cycle has no end. */
const MOST_VALUES = 1000

/**
 * Whether no part of a value needs to be encoded. This check takes a fifth of the time of a replacer:
 * `JSON.stringify` calls a replacer for each value, and uses a slower algorithm.
 */
function isPlainWhole(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'string'
  const waiting: unknown[] = [value]
  for (let index = 0; index < waiting.length; index++) {
    const item = waiting[index]
    if (!isPlain(item)) return false
    if (typeof item !== 'object' || item === null) continue
    const members: unknown[] = Array.isArray(item) ? item : Object.values(item)
    if (waiting.length + members.length > MOST_VALUES) return false
    for (const member of members) waiting.push(member)
  }
  return true
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object') return typeof value !== 'bigint' && typeof value !== 'function'
  if (value === null || Array.isArray(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function encodedByDefault(value: unknown, given: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Map) return Object.fromEntries(value)
  if (value instanceof Set) return [...value]
  if (value instanceof Uint8Array) return toBase64(value)
  if (ArrayBuffer.isView(value) && Symbol.iterator in value)
    return [...(value as Iterable<unknown> & ArrayBufferView)]
  return given
}
