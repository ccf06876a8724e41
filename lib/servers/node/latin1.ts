/** Converts bytes to latin-1 text, one character for each byte, which can be joined to a head and written with it. */
import { Buffer } from 'node:buffer'

/**
 * V8 stores arrays up to this size, in bytes, on its heap. Native code needs them copied to other memory, which
 * is freed with the array: this takes a twentieth of the time of a small exchange on Node 24.
 */
const SHORT = 64

/** Up to this size in bytes, it is cheaper to append bytes to the text before them than to write them separately. */
export const MOST_JOINED = 16_384

export function toLatin1(bytes: Uint8Array): string {
  const { byteLength } = bytes
  if (byteLength <= SHORT) return Reflect.apply(String.fromCharCode, undefined, bytes)
  const buffer =
    bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, byteLength)
  return buffer.toString('latin1')
}
