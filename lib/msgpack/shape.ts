/** Checks a MessagePack body before it is decoded: whether it is complete, and within limits. */
import { HTTPException } from '../exceptions.ts'

export interface ShapeLimits {
  /** Maximum nesting of lists and maps. */
  readonly maxDepth: number
  /** Maximum number of values, including those in lists and maps and the keys of maps. */
  readonly maxValues: number
}

/** The meaning of a first byte. */
interface Head {
  readonly kind: 'scalar' | 'text' | 'list' | 'map' | 'none'
  /** The bytes of the length that follows; 0 if `size` is the length. */
  readonly width: 0 | 1 | 2 | 4
  /** The length, or an addend to the length that follows. */
  readonly size: number
}

const scalar = (size: number, width: Head['width'] = 0): Head => ({ kind: 'scalar', width, size })
const text = (width: Head['width'], size = 0): Head => ({ kind: 'text', width, size })
const list = (width: Head['width'], size = 0): Head => ({ kind: 'list', width, size })
const map = (width: Head['width'], size = 0): Head => ({ kind: 'map', width, size })

/** The first bytes from 0xc0 to 0xdf, in the order of the specification. */
const NAMED: readonly Head[] = [
  ...[scalar(0), { kind: 'none', width: 0, size: 0 } as const, scalar(0), scalar(0)],
  ...[scalar(0, 1), scalar(0, 2), scalar(0, 4)], // bin
  ...[scalar(1, 1), scalar(1, 2), scalar(1, 4)], // ext, with its type
  ...[scalar(4), scalar(8)], // float
  ...[scalar(1), scalar(2), scalar(4), scalar(8)], // uint
  ...[scalar(1), scalar(2), scalar(4), scalar(8)], // int
  ...[scalar(2), scalar(3), scalar(5), scalar(9), scalar(17)], // fixext, with its type
  ...[text(1), text(2), text(4)],
  ...[list(2), list(4)],
  ...[map(2), map(4)],
]

/** The meaning of each first byte, by its value. */
const HEADS: readonly Head[] = [
  ...Array.from({ length: 128 }, () => scalar(0)),
  ...Array.from({ length: 16 }, (_, size) => map(0, size)),
  ...Array.from({ length: 16 }, (_, size) => list(0, size)),
  ...Array.from({ length: 32 }, (_, size) => text(0, size)),
  ...NAMED,
  ...Array.from({ length: 32 }, () => scalar(0)),
]

/**
 * Checks a body in one pass, without decoding it.
 *
 * Decoders allocate as many elements as a list declares: nested lists of five bytes that each declare four
 * billion would take all memory. Here, a list of n values must have at least n bytes.
 *
 * @throws HTTPException 400 if it is not exactly one value, has text that is not UTF-8, or exceeds a
 * limit.
 */
export function assertShape(bytes: Uint8Array, { maxDepth, maxValues }: ShapeLimits): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  /** The number of missing values in each open list and map. */
  const open = [1]
  let [owed, values, index] = [1, 0, 0]
  while (open.length > 0) {
    const left = open[open.length - 1] ?? 0
    if (left === 0) {
      open.pop()
      continue
    }
    open[open.length - 1] = left - 1
    owed -= 1
    values += 1
    if (values > maxValues) throw exceeded(`has more than ${maxValues} values`)
    const head = HEADS[bytes[index] ?? NOTHING]
    index += 1
    if (head === undefined || head.kind === 'none') throw malformed()
    if (index + head.width > bytes.byteLength) throw malformed()
    const length = head.size + lengthAt(view, index, head.width)
    index += head.width
    if (head.kind === 'list' || head.kind === 'map') {
      const count = head.kind === 'map' ? 2 * length : length
      owed += count
      if (index + owed > bytes.byteLength) throw malformed()
      if (open.length > maxDepth) throw exceeded(`is nested deeper than ${maxDepth} levels`)
      open.push(count)
    } else {
      if (index + length > bytes.byteLength) throw malformed()
      if (head.kind === 'text') assertUTF8(bytes, index, index + length)
      index += length
    }
  }
  if (index !== bytes.byteLength) throw malformed()
}

/** Stands for the end of the bytes, which has no head. */
const NOTHING = 256

function lengthAt(view: DataView, index: number, width: Head['width']): number {
  if (width === 0) return 0
  if (width === 1) return view.getUint8(index)
  return width === 2 ? view.getUint16(index) : view.getUint32(index)
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** Most text is ASCII, which is checked faster than decoded. */
function assertUTF8(bytes: Uint8Array, start: number, end: number): void {
  for (let index = start; index < end; index++) {
    if ((bytes[index] ?? 0) < 0x80) continue
    try {
      strict.decode(bytes.subarray(index, end))
    } catch (cause) {
      throw malformed(cause)
    }
    return
  }
}

/** The exception for a body that cannot be decoded. */
export function malformed(cause?: unknown): HTTPException {
  return new HTTPException(400, 'The request body is not valid MessagePack.', { cause })
}

function exceeded(what: string): HTTPException {
  return new HTTPException(400, `The request body ${what}.`)
}
