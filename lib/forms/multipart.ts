/** Splits a multipart body, which arrives in pieces of any size, into parts. */
import { HTTPException } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { BoundarySearch } from './boundary.ts'
import { fieldsOf, headOf, type PartHead } from './head.ts'
import type { Meter } from './limits.ts'
import { decodeLatin1 } from './text.ts'

/** An event of the body: the head of a part, a piece of its bytes, or null at its end. */
export type PartEvent = PartHead | Uint8Array | null

/** Maximum bytes of the headers of a part, as in Node. */
const MOST_HEAD_BYTES = 16_384

const END_OF_HEAD = '\r\n\r\n'
const [TAB, LF, CR, SPACE, DASH] = [0x09, 0x0a, 0x0d, 0x20, 0x2d]

/** Parses a body piece by piece; returns the events of each piece. */
export class MultipartParser {
  readonly #meter: Meter
  readonly #decode: (bytes: Uint8Array) => string
  readonly #search: BoundarySearch
  #events: PartEvent[] = []
  /** The next part of the syntax; from `mark` to `dash` it is the line of a boundary. */
  #next: 'preamble' | 'mark' | 'padding' | 'line feed' | 'dash' | 'head' | 'content' | 'epilogue' =
    'preamble'
  #head = ''

  /** @param decode Decodes names, whose bytes are in the headers. */
  constructor(boundary: string, decode: (bytes: Uint8Array) => string, meter: Meter) {
    this.#meter = meter
    this.#decode = decode
    this.#search = new BoundarySearch(boundary, (isBoundary, data, start, end, isSafe) =>
      this.#take(isBoundary, data, start, end, isSafe),
    )
  }

  /**
   * The events of this piece.
   *
   * @throws HTTPException 400 if the body is malformed, 413 if a limit is exceeded.
   */
  write(chunk: Uint8Array): PartEvent[] {
    this.#search.push(chunk)
    const events = this.#events
    this.#events = []
    return events
  }

  /** @throws HTTPException 400 if the last boundary is missing. */
  end(): void {
    if (this.#next !== 'epilogue') throw malformed('its last boundary is missing')
  }

  /** Takes bytes, and whether a boundary follows them. Bytes that are not safe are copied. */
  #take(isBoundary: boolean, data: Uint8Array, start: number, end: number, isSafe: boolean): void {
    if (this.#next === 'epilogue') return
    let at = start
    while (at < end && this.#isInHead) {
      if (this.#next === 'head') at = this.#readHead(data, at, end)
      else this.#readMark(data[at++])
    }
    if (at < end && this.#next === 'content') {
      this.#meter.add(end - at)
      this.#events.push(isSafe ? data.subarray(at, end) : new Uint8Array(data.subarray(at, end)))
    }
    if (!isBoundary || this.#isOver) return
    if (this.#isInHead) throw followedByText()
    if (this.#next === 'content') this.#events.push(null)
    this.#next = 'mark'
  }

  get #isOver(): boolean {
    return this.#next === 'epilogue'
  }

  get #isInHead(): boolean {
    return this.#next !== 'content' && this.#next !== 'preamble' && !this.#isOver
  }

  /**
   * After a boundary, `--` is the end, and a line break begins a part. Spaces and tabs before that are
   * transport padding (RFC 2046 section 5.1.1).
   */
  #readMark(byte: number | undefined): void {
    const next = this.#next
    const isBegun = next === 'line feed' || next === 'dash'
    if (byte === CR && !isBegun) this.#next = 'line feed'
    else if ((byte === SPACE || byte === TAB) && !isBegun) this.#next = 'padding'
    else if (byte === LF && next === 'line feed') this.#next = 'head'
    else if (byte === DASH && next === 'mark') this.#next = 'dash'
    else if (byte === DASH && next === 'dash') this.#next = 'epilogue'
    else throw followedByText()
  }

  /** Takes the bytes of the headers; returns where the content begins. */
  #readHead(data: Uint8Array, at: number, end: number): number {
    const before = this.#head.length
    const room = Math.min(end, at + MOST_HEAD_BYTES - before)
    this.#head += decodeLatin1(data.subarray(at, room))
    const found = this.#head.indexOf(END_OF_HEAD, Math.max(0, before - 3))
    if (found < 0 && this.#head.length < MOST_HEAD_BYTES) return room
    const fields = found < 0 ? undefined : fieldsOf(this.#head.slice(0, found))
    if (fields === undefined) throw malformed('a header of a part is malformed or too long')
    this.#meter.headers(fields.length / 2)
    const head = headOf(new Headers(fields), this.#decode)
    this.#meter.begin(head.filename !== null, fields.join('').length)
    this.#events.push(head)
    this.#head = ''
    this.#next = 'content'
    return at + found + END_OF_HEAD.length - before
  }
}

function followedByText(): HTTPException {
  return malformed('a boundary is followed by text')
}

function malformed(why: string): HTTPException {
  return new HTTPException(400, `The multipart body cannot be read: ${why}.`)
}
