/** Bytes as latin-1 text, one character for each: what a head can be joined to, and written with. */
import { Buffer } from 'node:buffer'

interface Latin1 {
  readonly latin1Slice?: (this: Uint8Array, start: number, end: number) => string
}

// Works on any bytes, where `toString` wants a Buffer; Node has it without documenting it.
const { latin1Slice } = Buffer.prototype as Latin1

/**
 * Arrays up to this size live among JavaScript's objects. What is not JavaScript has them moved out
 * first, and freed when they are collected: on Node 24 a twentieth of the time of a small exchange.
 */
const SHORT = 64

export function toLatin1(bytes: Uint8Array): string {
  const { byteLength } = bytes
  if (byteLength <= SHORT) return Reflect.apply(String.fromCharCode, undefined, bytes)
  if (latin1Slice !== undefined) return latin1Slice.call(bytes, 0, byteLength)
  return Buffer.from(bytes.buffer, bytes.byteOffset, byteLength).toString('latin1')
}
