/**
 * Reads what stands behind a boundary, by busboy: the headers of a part, its bytes, or the end.
 *
 * Busboy is told that every part is a file, and its streams are not used: each piece is taken as it
 * comes, so there is nothing to leave unread, and no event to arrive later. For that, three of its own
 * fields are used; so its version is pinned.
 */
import busboy from 'busboy'
import type { Tell } from './boundary.ts'

/** Headers by lower-case name, in the order they came. */
export type Fields = Readonly<Record<string, readonly string[]>>

/** Who is told what a part consists of; what it throws is thrown through the reader. */
export interface PartListener {
  onHead(fields: Fields): void
  /** Bytes of the content, or null where it ends. */
  onContent(bytes: Uint8Array | null): void
  /** Headers are malformed, or have more than 16 KB together. */
  onMalformed(): void
}

/** What busboy is told instead: its own reading of the headers is of no account. */
const AS_FILE: Fields = { 'content-disposition': ['form-data;filename=f'] }

/** Above all limits that are checked elsewhere, those of busboy would only cut. */
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

export class PartReader {
  readonly #parser: Inside
  /** What busboy's own search would tell, it is told by another. */
  readonly tell: Tell

  constructor(boundary: string, listener: PartListener) {
    const type = `multipart/form-data; boundary="${boundary}"`
    const parser = busboy({ headers: { 'content-type': type }, limits: UNLIMITED })
    parser.on('file', (_name, stream) => {
      const push = (chunk: Uint8Array | null): boolean => {
        listener.onContent(chunk)
        return true
      }
      stream.push = push
    })
    // It is thrown through busboy to the one who writes: nothing is left to be told later.
    parser.on('error', () => listener.onMalformed())
    this.#parser = parser as busboy.Busboy & Inside // as version 1.6.0 has it
    interceptHeaders(parser, this.#parser, boundary, listener)
    this.tell = this.#parser._bparser._cb
  }

  /** Whether the last boundary was seen. */
  get complete(): boolean {
    return this.#parser._complete
  }
}

/**
 * Has headers come to the listener first. One object parses them for all parts; it shows behind a
 * boundary, so it is given one, and the first letter of a header, before the body begins.
 */
function interceptHeaders(
  parser: busboy.Busboy,
  inside: Inside,
  boundary: string,
  listener: PartListener,
): void {
  parser.write(`--${boundary}\r\na`)
  const { _hparser: headers } = inside
  if (headers === null) throw new Error('busboy: its version must be 1.6.0, another was installed.')
  const { cb } = headers
  const begin: typeof cb = (fields) => {
    listener.onHead(fields)
    cb(AS_FILE)
  }
  headers.cb = begin
  headers.reset()
  inside._hparser = null
}
