/**
 * Splits a multipart body into parts, by busboy.
 *
 * Busboy is used for what it is good at, finding boundaries and headers in a stream. What it makes of
 * them is decided here instead, since it keeps the headers to itself, skips parts without a name,
 * ignores or misjudges limits, reads an unknown encoding as nothing, and takes `filename*` for
 * `filename`. It is told that every part is a file, and its streams are not used: each piece is taken
 * as it comes, so there is nothing to leave unread, and no event to arrive later. For that, three of
 * its own fields are watched; the version is pinned, and a test tells when they change.
 */
import busboy from 'busboy'
import { HTTPException } from '../exceptions.ts'
import { Headers } from '../headers.ts'
import { parseMediaType } from '../mediatypes.ts'
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
const AS_FILE: Fields = { 'content-disposition': ['form-data; name="part"; filename="part"'] }
const AS_NOTHING: Fields = {}

/** Takes a body piece by piece, and gives the events of each. */
export class MultipartParser {
  readonly #meter: Meter
  readonly #decode: (bytes: Uint8Array) => string
  readonly #parser: busboy.Busboy
  #events: PartEvent[] = []
  #boundaries = 0
  #heads = 0
  #complete = false

  /** @param decode Decodes names, which stand in the headers as bytes. */
  constructor(boundary: string, decode: (bytes: Uint8Array) => string, meter: Meter) {
    this.#meter = meter
    this.#decode = decode
    const type = `multipart/form-data; boundary="${boundary}"`
    this.#parser = busboy({ headers: { 'content-type': type }, limits: UNLIMITED })
    this.#parser.on('file', (_name, stream) => {
      stream.push = (chunk: Uint8Array | null) => this.#take(chunk)
    })
    // It is thrown through busboy to `write`, as every error here: nothing is left to be told later.
    this.#parser.on('error', () => {
      throw malformed('a header of a part is malformed or too long')
    })
    this.#countBoundaries(Reflect.get(this.#parser, '_bparser'))
    watch(this.#parser, '_complete', (complete) => this.#end(complete === true))
    watch(this.#parser, '_hparser', (headers) => this.#intercept(headers))
  }

  /**
   * The events of this piece.
   *
   * @throws HTTPException 400 for what is no multipart, 413 for what is past a limit.
   */
  write(chunk: Uint8Array): PartEvent[] {
    this.#parser.write(chunk)
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

  #end(complete: boolean): void {
    if (!complete || this.#complete) return
    this.#assertBoundaries()
    this.#complete = true
  }

  /** The search tells of what stands before a boundary, and at once that there is one. */
  #countBoundaries(search: { _cb: (isBoundary: boolean, ...before: unknown[]) => void }): void {
    const { _cb: tell } = search
    search._cb = (isBoundary, ...before) => {
      tell(isBoundary, ...before)
      if (isBoundary) this.#boundaries++
    }
  }

  /** One for each part. Of one that is followed by more than its line, busboy drops what follows. */
  #assertBoundaries(): void {
    if (this.#boundaries !== this.#heads + 1) throw malformed('a boundary is followed by text')
  }

  /** Has the headers come here first. They are the same object for every part. */
  #intercept(parser: unknown): void {
    if (!isHeaderParser(parser) || Object.hasOwn(parser, OURS)) return
    const { cb } = parser
    Object.defineProperty(parser, OURS, { value: true })
    parser.cb = (fields) => {
      // Behind the last boundary comes what is not to be read.
      if (!this.#complete) this.#begin(fields)
      cb(this.#complete ? AS_NOTHING : AS_FILE)
    }
  }

  #begin(fields: Fields): void {
    this.#assertBoundaries()
    this.#heads++
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
    const params = others.length > 0 ? null : parseMediaType(disposition).params
    const name = params?.get('name')
    if (name === undefined) {
      throw new HTTPException(400, 'The Content-Disposition header field "name" must be provided.')
    }
    const filename = params?.get('filename')
    return {
      name: this.#decode(encodeLatin1(name)),
      filename: filename === undefined ? null : withoutDrive(this.#decode(encodeLatin1(filename))),
      contentType: headers.get('content-type'),
      headers,
    }
  }
}

/** Above all limits that are checked here, those of busboy would only cut. */
const UNLIMITED = { fileSize: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY }

const OURS = Symbol('watched')

interface HeaderParser {
  cb: (fields: Fields) => void
}

function isHeaderParser(value: unknown): value is HeaderParser {
  return typeof value === 'object' && value !== null && 'cb' in value
}

/** Calls the listener whenever this field of the object is set. */
function watch(object: object, field: string, onSet: (value: unknown) => void): void {
  let current: unknown = Reflect.get(object, field)
  Object.defineProperty(object, field, {
    get: () => current,
    set: (value: unknown) => {
      current = value
      onSet(value)
    },
  })
}

/** Old browsers send the whole path; `C:\photos\me.png` is `me.png` (FM-24). */
function withoutDrive(filename: string): string {
  return /^(?:.:|\\)\\/.test(filename) ? filename.slice(filename.lastIndexOf('\\') + 1) : filename
}

function malformed(why: string): HTTPException {
  return new HTTPException(400, `The multipart body cannot be read: ${why}.`)
}
