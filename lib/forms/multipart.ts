/**
 * Splits a multipart body into parts, by busboy.
 *
 * Busboy is used for what it is good at, reading what stands at a boundary. Where one is, is found for
 * it, and what it makes of the headers is decided here, since it keeps them to itself, skips parts
 * without a name, ignores or misjudges limits, reads an unknown encoding as nothing, and takes
 * `filename*` for `filename`. It is told that every part is a file, and its streams are not used: each
 * piece is taken as it comes, so there is nothing to leave unread, and no event to arrive later. For
 * that, three of its own fields are used; so its version is pinned.
 */
import busboy from 'busboy'
import { HTTPException } from '../exceptions.ts'
import { Headers } from '../headers.ts'
import { parseMediaType } from '../mediatypes.ts'
import { BoundarySearch, type Tell } from './boundary.ts'
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

/** Headers by lower-case name, as busboy collects them. */
type Fields = Readonly<Record<string, readonly string[]>>

/** What busboy is told instead: its own reading of the headers is of no account. */
const AS_FILE: Fields = { 'content-disposition': ['form-data;filename=f'] }

/** Takes a body piece by piece, and gives the events of each. */
export class MultipartParser {
  readonly #meter: Meter
  readonly #decode: (bytes: Uint8Array) => string
  readonly #search: BoundarySearch
  #events: PartEvent[] = []
  /** Whether headers must come next. */
  #isHeadDue = false
  #complete = false

  /** @param decode Decodes names, which stand in the headers as bytes. */
  constructor(boundary: string, decode: (bytes: Uint8Array) => string, meter: Meter) {
    this.#meter = meter
    this.#decode = decode
    const type = `multipart/form-data; boundary="${boundary}"`
    const parser = busboy({ headers: { 'content-type': type }, limits: UNLIMITED })
    parser.on('file', (_name, stream) => {
      const push = (chunk: Uint8Array | null): boolean => this.#take(chunk)
      stream.push = push
    })
    // It is thrown through busboy to `write`, as every error here: nothing is left to be told later.
    parser.on('error', () => {
      throw malformed('a header of a part is malformed or too long')
    })
    this.#interceptHeaders(parser, boundary)
    this.#search = this.#searchFor(boundary, inside(parser))
  }

  /**
   * The events of this piece.
   *
   * @throws HTTPException 400 for what is no multipart, 413 for what is past a limit.
   */
  write(chunk: Uint8Array): PartEvent[] {
    this.#search.push(globalThis.Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    const events = this.#events
    this.#events = []
    return events
  }

  /** @throws HTTPException 400 when the body has ended before its last boundary. */
  end(): void {
    if (!this.#complete) throw malformed('its last boundary is missing')
  }

  #take(chunk: Uint8Array | null): boolean {
    if (chunk !== null) {
      if (chunk.byteLength === 0) return true
      this.#meter.add(chunk.byteLength)
    }
    this.#events.push(chunk)
    return true
  }

  /**
   * Has headers come here first. One object parses them for all parts; it shows behind a boundary, so
   * it is given one, and the first letter of a header, before the body begins.
   */
  #interceptHeaders(parser: busboy.Busboy, boundary: string): void {
    parser.write(`--${boundary}\r\na`)
    const { _hparser: headers } = inside(parser)
    if (headers === null)
      throw new Error('busboy: its version must be 1.6.0, another was installed.')
    const { cb } = headers
    const begin: typeof cb = (fields) => {
      this.#begin(fields)
      cb(AS_FILE)
    }
    headers.cb = begin
    headers.reset()
    inside(parser)._hparser = null
  }

  /** What busboy's own search would tell, it is told by another. */
  #searchFor(boundary: string, parser: Inside): BoundarySearch {
    const { _cb: tell } = parser._bparser
    return new BoundarySearch(boundary, (isBoundary, data, start, end, isSafe) => {
      // Behind the last boundary comes what is not to be read.
      if (this.#complete) return
      tell(isBoundary, data, start, end, isSafe)
      this.#complete = parser._complete
      if (isBoundary && !this.#complete) this.#expectHead()
    })
  }

  /**
   * Of a boundary that is followed by more than its line, busboy drops what follows. It is refused at
   * the next one, since limits count parts: 100 MB of nothing but boundaries would take 2.6 seconds.
   */
  #expectHead(): void {
    if (this.#isHeadDue) throw malformed('a boundary is followed by text')
    this.#isHeadDue = true
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
    const params = others.length > 0 ? null : parseMediaType(disposition).params
    const name = params?.get('name')
    if (name === undefined) {
      throw new HTTPException(400, 'The Content-Disposition header field "name" must be provided.')
    }
    const filename = params?.get('filename')
    return {
      name: this.#decodeText(name),
      filename: filename === undefined ? null : withoutDrive(this.#decodeText(filename)),
      contentType: headers.get('content-type'),
      headers,
    }
  }

  #decodeText(bytes: string): string {
    return ASCII.test(bytes) ? bytes : this.#decode(encodeLatin1(bytes))
  }
}

const ASCII = /^[\0-\x7f]*$/

/** Above all limits that are checked here, those of busboy would only cut. */
const UNLIMITED = { fileSize: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY }

/** What busboy has of its own. */
interface Inside {
  /** Parses the headers of a part, while they come. */
  _hparser: { cb: (fields: Fields) => void; reset(): void } | null
  /** Searches for boundaries, and tells of what it finds. */
  readonly _bparser: { readonly _cb: Tell }
  /** Whether the last boundary was seen. */
  readonly _complete: boolean
}

function inside(parser: busboy.Busboy): Inside {
  return parser as busboy.Busboy & Inside // as version 1.6.0 has it
}

/** Old browsers send the whole path; `C:\photos\me.png` is `me.png` (FM-24). */
function withoutDrive(filename: string): string {
  return /^(?:.:|\\)\\/.test(filename) ? filename.slice(filename.lastIndexOf('\\') + 1) : filename
}

function malformed(why: string): HTTPException {
  return new HTTPException(400, `The multipart body cannot be read: ${why}.`)
}
