/** A value with its key and expiry in one byte array, for places that keep only bytes. */
import { encodeText } from '../internal/bytes.ts'

export interface Sealed {
  readonly value: Uint8Array
  /** Milliseconds since 1970; `Infinity` if it does not expire. */
  readonly expires: number
}

/** The size of the head: the expiry as a double, the length of the key and that of the value. */
const HEAD = 16

export function seal(key: string, { value, expires }: Sealed): Uint8Array<ArrayBuffer> {
  const name = encodeText(key)
  const bytes = new Uint8Array(HEAD + name.byteLength + value.byteLength)
  const head = new DataView(bytes.buffer)
  head.setFloat64(0, expires)
  head.setUint32(8, name.byteLength)
  head.setUint32(12, value.byteLength)
  bytes.set(name, HEAD)
  bytes.set(value, HEAD + name.byteLength)
  return bytes
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The key of sealed bytes; undefined if they are truncated. */
export function keyOf(bytes: Uint8Array): string | undefined {
  const end = HEAD + (bytes.byteLength < HEAD ? 0 : headOf(bytes).getUint32(8))
  return bytes.byteLength < end ? undefined : decoder.decode(bytes.subarray(HEAD, end))
}

/** The value of a key; undefined if it has expired, is truncated, or belongs to another key. */
export function unseal(key: string, bytes: Uint8Array | undefined): Sealed | undefined {
  if (bytes === undefined || keyOf(bytes) !== key) return undefined
  const head = headOf(bytes)
  const from = HEAD + head.getUint32(8)
  if (bytes.byteLength !== from + head.getUint32(12)) return undefined
  const expires = head.getFloat64(0)
  return expires > Date.now() ? { value: bytes.slice(from), expires } : undefined
}

function headOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, HEAD)
}
