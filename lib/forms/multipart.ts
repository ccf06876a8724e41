/**
 * Splits a multipart body into parts, by busboy.
 *
 * Busboy only parses what follows a boundary. Boundaries are found by our own search, and headers are
 * interpreted here, since busboy hides them, skips parts without a name, ignores or misjudges limits,
 * drops text in unknown encodings, and prefers `filename*` to `filename`. Where busboy cannot be loaded,
 * a reader of our own replaces it.
 */
import { type Fields, PartReader } from '#partreader'
import { HTTPException } from '../exceptions.ts'
import { Headers } from '../http/headers.ts'
import { BoundarySearch } from './boundary.ts'
import { decodeExtended, parseDisposition } from './disposition.ts'
import type { Meter } from './limits.ts'
import { encodeLatin1 } from './text.ts'

/** The headers of a part. */
export interface PartHead {
  readonly name: string
  /** The file name given by the client; null if the part is a field. */
  readonly filename: string | null
  readonly contentType: string | null
  readonly headers: Headers
}

/** An event of the body: the head of a part, a piece of its bytes, or null at its end. */
export type PartEvent = PartHead | Uint8Array | null

/** Parses a body piece by piece; returns the events of each piece. */
export class MultipartParser {
  readonly #meter: Meter
  readonly #decode: (bytes: Uint8Array) => string
  readonly #search: BoundarySearch
  #events: PartEvent[] = []
  /** Whether headers must follow. */
  #isHeadDue = false
  #complete = false
  #padding: 'over' | 'expected' | 'begun' = 'over'

  /** @param decode Decodes names, whose bytes are in the headers. */
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
      // Data after the last boundary is ignored.
      if (this.#complete) return
      reader.tell(isBoundary, data, this.#skipPadding(data, start, end), end, isSafe)
      this.#complete = reader.complete
      if (isBoundary && !this.#complete) this.#expectHead()
    })
  }

  /**
   * Text on the line of a boundary makes busboy skip that part. It is refused at the next boundary, since
   * limits count parts: 100 MB of boundaries would take 2.6 seconds.
   */
  #expectHead(): void {
    if (this.#isHeadDue) throw malformed('a boundary is followed by text')
    this.#isHeadDue = true
    this.#padding = 'expected'
  }

  /** Spaces and tabs after a boundary are transport padding (RFC 2046 section 5.1.1). */
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
    // Of duplicate fields, parsers disagree on which one is used.
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

/** Old browsers send the whole path: `C:\photos\me.png` becomes `me.png` (FM-24). */
function withoutDrive(filename: string): string {
  return /^(?:.:|\\)\\/.test(filename) ? filename.slice(filename.lastIndexOf('\\') + 1) : filename
}

function malformed(why: string): HTTPException {
  return new HTTPException(400, `The multipart body cannot be read: ${why}.`)
}
