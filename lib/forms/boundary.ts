/**
 * Finds the boundaries of a multipart body, in whatever pieces it comes.
 *
 * It takes the place of busboy's own search, which looks at bytes one by one: of a megabyte of noise
 * that takes 0.3 ms, which was a quarter of a large upload, and of the worst one 18 ms. The search of
 * the runtime takes 0.1 to 0.4 ms for either.
 */

const CR = 0x0d
const CRLF = 2

/** Is told of bytes, and whether a boundary follows them; what is not safe must not be kept. */
export type Tell = (
  isBoundary: boolean,
  data: Buffer,
  start: number,
  end: number,
  isSafe: boolean,
) => void

export class BoundarySearch {
  /** Its only CR is its first byte, so that none can begin within another. */
  readonly #delimiter: Buffer
  readonly #tell: Tell
  /** How many bytes of the delimiter ended the last piece; a body may begin with the third. */
  #held = CRLF

  constructor(boundary: string, tell: Tell) {
    this.#delimiter = globalThis.Buffer.from(`\r\n--${boundary}`, 'latin1')
    this.#tell = tell
  }

  push(piece: Buffer): void {
    let start = this.#held > 0 ? this.#resume(piece) : 0
    if (this.#held > 0) return
    const { length } = this.#delimiter
    for (;;) {
      const found = piece.indexOf(this.#delimiter, start)
      if (found < 0) break
      this.#tell(true, piece, start, found, true)
      start = found + length
    }
    this.#held = this.#cutOff(piece, start)
    const end = piece.byteLength - this.#held
    if (end > start) this.#tell(false, piece, start, end, true)
  }

  /** Goes on with a delimiter that earlier pieces began; returns where the rest of this one starts. */
  #resume(piece: Buffer): number {
    const begun = this.#held
    const end = Math.min(begun + piece.byteLength, this.#delimiter.byteLength)
    const fits = this.#delimiter.compare(piece, 0, end - begun, begun, end) === 0
    if (fits && end < this.#delimiter.byteLength) {
      this.#held = end
      return piece.byteLength
    }
    this.#held = 0
    // If it was none, what was held back is content, and has the bytes of the delimiter.
    if (fits) this.#tell(true, this.#delimiter, 0, 0, false)
    else this.#tell(false, this.#delimiter, 0, begun, false)
    return fits ? end - begun : 0
  }

  /** How many bytes at the end may be the beginning of a delimiter. */
  #cutOff(piece: Buffer, start: number): number {
    const from = Math.max(start, piece.byteLength - this.#delimiter.byteLength + 1)
    const tail = piece.subarray(from)
    const at = tail.lastIndexOf(CR)
    if (at < 0) return 0
    const size = tail.byteLength - at
    return this.#delimiter.compare(tail, at, tail.byteLength, 0, size) === 0 ? size : 0
  }
}
