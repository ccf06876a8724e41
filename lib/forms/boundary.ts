/**
 * Finds the boundaries of a multipart body that arrives in pieces of any size.
 *
 * It uses the search of the runtime, which takes 0.1 to 0.4 ms per megabyte. A loop over the bytes takes 0.3
 * ms for random data, a quarter of the time of a large upload, and 18 ms for the worst data.
 */
import { encodeLatin1 } from './text.ts'

const CR = 0x0d
const CRLF = 2

/**
 * Called with bytes, and with whether a boundary follows them. Bytes that are not safe must be copied,
 * because they are those of the delimiter itself.
 */
type OnData = (
  isBoundary: boolean,
  data: Uint8Array,
  start: number,
  end: number,
  isSafe: boolean,
) => void

// Kept in a constant: in Node the global is a getter, which costs a call each time.
const NodeBuffer: typeof globalThis.Buffer | undefined = globalThis.Buffer

export class BoundarySearch {
  /** Its only CR is its first byte, so no delimiter begins within another. */
  readonly #delimiter: Uint8Array
  readonly #onData: OnData
  /** The number of delimiter bytes at the end of the last piece. A body may begin with the third byte. */
  #held = CRLF

  constructor(boundary: string, onData: OnData) {
    this.#delimiter = asBuffer(encodeLatin1(`\r\n--${boundary}`))
    this.#onData = onData
  }

  push(bytes: Uint8Array): void {
    const piece = asBuffer(bytes)
    let start = this.#held > 0 ? this.#resume(piece) : 0
    if (this.#held > 0) return
    const { length } = this.#delimiter
    for (;;) {
      const found = indexOfDelimiter(piece, this.#delimiter, start)
      if (found < 0) break
      this.#onData(true, piece, start, found, true)
      start = found + length
    }
    this.#held = this.#cutOff(piece, start)
    const end = piece.byteLength - this.#held
    if (end > start) this.#onData(false, piece, start, end, true)
  }

  /** Continues a delimiter that began in earlier pieces; returns where the rest of this one starts. */
  #resume(piece: Uint8Array): number {
    const begun = this.#held
    const end = Math.min(begun + piece.byteLength, this.#delimiter.byteLength)
    const fits = isPart(this.#delimiter, begun, piece, 0, end - begun)
    if (fits && end < this.#delimiter.byteLength) {
      this.#held = end
      return piece.byteLength
    }
    this.#held = 0
    // If it is not a delimiter, the held bytes are content, and equal to those of the delimiter.
    if (fits) this.#onData(true, this.#delimiter, 0, 0, false)
    else this.#onData(false, this.#delimiter, 0, begun, false)
    return fits ? end - begun : 0
  }

  /** The number of bytes at the end that may begin a delimiter. */
  #cutOff(piece: Uint8Array, start: number): number {
    const from = Math.max(start, piece.byteLength - this.#delimiter.byteLength + 1)
    const tail = piece.subarray(from)
    const at = tail.lastIndexOf(CR)
    if (at < 0) return 0
    const size = tail.byteLength - at
    return isPart(this.#delimiter, 0, tail, at, size) ? size : 0
  }
}

/** A Buffer over the same bytes, if there are Buffers: its search is native. */
function asBuffer(bytes: Uint8Array): Uint8Array {
  return NodeBuffer?.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) ?? bytes
}

/**
 * The index of the delimiter, or -1. Without Buffers, each CR is checked, because the delimiter begins with a
 * CR.
 */
export function indexOfDelimiter(piece: Uint8Array, delimiter: Uint8Array, from: number): number {
  if (NodeBuffer !== undefined && piece instanceof NodeBuffer) return piece.indexOf(delimiter, from)
  const last = piece.byteLength - delimiter.byteLength
  let at = piece.indexOf(CR, from)
  while (at >= 0 && at <= last && !isPart(delimiter, 0, piece, at, delimiter.byteLength)) {
    at = piece.indexOf(CR, at + 1)
  }
  return at <= last ? at : -1
}

/** Whether this many bytes are equal. */
function isPart(
  one: Uint8Array,
  from: number,
  other: Uint8Array,
  start: number,
  size: number,
): boolean {
  for (let at = 0; at < size; at++) if (one[from + at] !== other[start + at]) return false
  return true
}
