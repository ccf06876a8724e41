/**
 * Splits a multipart body into parts, by busboy.
 *
 * Busboy is used for what it is good at, reading what stands at a boundary. Where one is, is found for
 * it, and what it makes of the headers is decided here, since it keeps them to itself, skips parts
 * without a name, ignores or misjudges limits, reads an unknown encoding as nothing, and takes
 * `filename*` for `filename`. Where it cannot be loaded, a reader of our own stands in for it.
 */
import { type Fields, PartReader } from '#partreader'
import { HTTPException } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { BoundarySearch } from './boundary.ts'
import { decodeExtended, parseDisposition } from './disposition.ts'
import type { Meter } from './limits.ts'
import { encodeLatin1 } from './text.ts'

/** What the headers of a part tell. */
export interface PartHead {
  readonly name: string
  /** What the client calls the file; null when the part is a field. */
  readonly filename: string | null
  readonly contentType: string | null
  readonly headers: Headers
}

/** What a body consists of: the head of a part, its bytes in pieces, and null where it ends. */
export type PartEvent = PartHead | Uint8Array | null

/** Takes a body piece by piece, and gives the events of each. */
export class MultipartParser {
  readonly #meter: Meter
  readonly #decode: (bytes: Uint8Array) => string
  readonly #search: BoundarySearch
  #events: PartEvent[] = []
  /** Whether headers must come next. */
  #isHeadDue = false
  #complete = false
  #padding: 'over' | 'expected' | 'begun' = 'over'

  /** @param decode Decodes names, which stand in the headers as bytes. */
  constructor(boundary: string, decode: (bytes: Uint8Array) => string, meter: Meter) {
    this.#meter = meter
    this.#decode = decode
    const reader = new PartReader(boundary, {
      onHead: (fields) => this.#begin(fields),
      onContent: (bytes) => this.#take(bytes),
      onMalformed: () => {
        throw malformed('a header of a part is malformed or too long')
      },
    })
    this.#search = this.#searchFor(boundary, reader)
  }

  /**
   * The events of this piece.
   *
   * @throws HTTPException 400 for what is no multipart, 413 for what is past a limit.
   */
  write(chunk: Uint8Array): PartEvent[] {
    this.#search.push(chunk)
    const events = this.#events
    this.#events = []
    return events
  }

  /** @throws HTTPException 400 when the body has ended before its last boundary. */
  end(): void {
    if (!this.#complete) throw malformed('its last boundary is missing')
  }

  #take(chunk: Uint8Array | null): void {
    if (chunk !== null) {
      if (chunk.byteLength === 0) return
      this.#meter.add(chunk.byteLength)
    }
    this.#events.push(chunk)
  }

  #searchFor(boundary: string, reader: PartReader): BoundarySearch {
    return new BoundarySearch(boundary, (isBoundary, data, start, end, isSafe) => {
      // Behind the last boundary comes what is not to be read.
      if (this.#complete) return
      reader.tell(isBoundary, data, this.#skipPadding(data, start, end), end, isSafe)
      this.#complete = reader.complete
      if (isBoundary && !this.#complete) this.#expectHead()
    })
  }

  /**
   * Of a boundary that is followed by more than its line, what follows is dropped. It is refused at
   * the next one, since limits count parts: 100 MB of nothing but boundaries would take 2.6 seconds.
   */
  #expectHead(): void {
    if (this.#isHeadDue) throw malformed('a boundary is followed by text')
    this.#isHeadDue = true
    this.#padding = 'expected'
  }

  /** Blanks between a boundary and the end of its line are transport padding (RFC 2046 section 5.1.1). */
  #skipPadding(data: Uint8Array, start: number, end: number): number {
    if (this.#padding === 'over') return start
    let at = start
    while (at < end && (data[at] === SPACE || data[at] === TAB)) at++
    if (at > start) this.#padding = 'begun'
    if (at === end) return at
    if (this.#padding === 'begun' && data[at] !== CR) {
      throw malformed('a boundary is followed by text')
    }
    this.#padding = 'over'
    return at
  }

  #begin(fields: Fields): void {
    this.#isHeadDue = false
    const list: string[] = []
    let size = 0
    for (const [name, values] of Object.entries(fields)) {
      for (const value of values) {
        list.push(name, value.trimEnd())
        size += name.length + value.length
      }
    }
    this.#meter.headers(list.length / 2)
    const head = this.#headOf(new Headers(list))
    this.#meter.begin(head.filename !== null, size)
    this.#events.push(head)
  }

  #headOf(headers: Headers): PartHead {
    const [disposition = '', ...others] = headers.getAll('content-disposition')
    // One who reads the first and one who reads the last would read two names.
    const read = others.length > 0 ? undefined : parseDisposition(disposition)
    if (read === undefined) {
      throw new HTTPException(400, 'The Content-Disposition header field "name" must be provided.')
    }
    const { filename, extended } = read
    const given = filename === null ? decodeExtended(extended) : this.#decodeText(filename)
    return {
      name: this.#decodeText(read.name),
      filename: given === null ? null : withoutDrive(given),
      contentType: headers.get('content-type'),
      headers,
    }
  }

  #decodeText(bytes: string): string {
    return ASCII.test(bytes) ? bytes : this.#decode(encodeLatin1(bytes))
  }
}

const [TAB, CR, SPACE] = [0x09, 0x0d, 0x20]

const ASCII = /^[\0-\x7f]*$/

/** Old browsers send the whole path; `C:\photos\me.png` is `me.png` (FM-24). */
function withoutDrive(filename: string): string {
  return /^(?:.:|\\)\\/.test(filename) ? filename.slice(filename.lastIndexOf('\\') + 1) : filename
}

function malformed(why: string): HTTPException {
  return new HTTPException(400, `The multipart body cannot be read: ${why}.`)
}
