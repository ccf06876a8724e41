/** Decodes a MessagePack body, within limits. */
import { decode } from '@msgpack/msgpack'
import { assertShape, malformed } from './shape.ts'

const DEFAULT_MAX_DEPTH = 100
const DEFAULT_MAX_VALUES = 1_000_000

export interface DecodeOptions {
  /** Maximum nesting of lists and maps (100). */
  maxDepth?: number
  /** Maximum number of values, keys included (1,000,000). */
  maxValues?: number
  /** Decode 64-bit integers to bigint; numbers are inexact beyond 2 ** 53 (false). */
  bigInt64?: boolean
}

/**
 * Decodes the bytes to a single value. Byte strings in it are views of the same memory.
 *
 * @throws HTTPException 400 if the bytes are invalid, or exceed a limit.
 */
export function decodeMsgPack(bytes: Uint8Array, options: DecodeOptions): unknown {
  const { maxDepth = DEFAULT_MAX_DEPTH, maxValues = DEFAULT_MAX_VALUES, bigInt64 = false } = options
  assertShape(bytes, { maxDepth, maxValues })
  try {
    return decode(bytes, { useBigInt64: bigInt64 })
  } catch (cause) {
    // Invalid map keys and timestamps.
    throw malformed(cause)
  }
}
