/** Decodes a MessagePack body, within limits. */
import { decode } from '@msgpack/msgpack'
import { assertShape, malformed } from './shape.ts'

export const DEFAULT_MAX_DEPTH = 100
export const DEFAULT_MAX_VALUES = 1_000_000

export interface DecodeOptions {
  /** The most lists and maps within each other (100). */
  maxDepth?: number
  /** The most values in all, keys included (1,000,000). */
  maxValues?: number
  /** Give 64-bit integers as bigint, exactly; as numbers, they lose digits beyond 2 ** 53 (false). */
  bigInt64?: boolean
}

/**
 * The value that is the whole of these bytes; byte strings in it are views on them.
 *
 * @throws HTTPException 400 when they are no MessagePack, or go beyond a limit.
 */
export function decodeMsgPack(bytes: Uint8Array, options: DecodeOptions): unknown {
  const { maxDepth = DEFAULT_MAX_DEPTH, maxValues = DEFAULT_MAX_VALUES, bigInt64 = false } = options
  assertShape(bytes, { maxDepth, maxValues })
  try {
    return decode(bytes, { useBigInt64: bigInt64 })
  } catch (cause) {
    // Keys that no object can have, and timestamps that are none.
    throw malformed(cause)
  }
}
