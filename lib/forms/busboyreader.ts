/**
 * Reads what follows a boundary, by busboy: the headers of a part, its bytes, or the end.
 *
 * Busboy takes every part as a file, and its streams are not used: each piece is passed on as it is
 * parsed, so no stream is left unread, and no event arrives later. This needs three of busboy's private
 * fields, so its version is pinned.
 */
import busboy from 'busboy'
import type { Tell } from './boundary.ts'

/** Headers by lower-case name, in the order of arrival. */
export type Fields = Readonly<Record<string, readonly string[]>>

/** Receives the contents of parts; its errors are thrown by the reader. */
export interface PartListener {
  onHead(fields: Fields): void
  /** Bytes of the content, or null at its end. */
  onContent(bytes: Uint8Array | null): void
  /** The headers are malformed, or larger than 16 KB together. */
  onMalformed(): void
}

/** The headers for busboy, which must not interpret the real ones. */
const AS_FILE: Fields = { 'content-disposition': ['form-data;filename=f'] }

/** Limits are checked elsewhere; those of busboy would only truncate. */
const UNLIMITED = { fileSize: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY }

/** The private fields of busboy. */
interface Inside {
  /** Parses the headers of a part as they arrive. */
  _hparser: { cb: (fields: Fields) => void; reset(): void } | null
  /** Searches for boundaries, and reports them. */
  readonly _bparser: { readonly _cb: Tell }
  /** Whether the last boundary was found. */
  readonly _complete: boolean
}

export class PartReader {
  readonly #parser: Inside
  /** Receives the bytes and boundaries that a search has found, in place of busboy's own. */
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
    // It is thrown through busboy to the caller of `tell`, so no error is left for later.
    parser.on('error', () => listener.onMalformed())
    this.#parser = parser as busboy.Busboy & Inside // as version 1.6.0 has it
    interceptHeaders(parser, this.#parser, boundary, listener)
    this.tell = this.#parser._bparser._cb
  }

  /** Whether the last boundary was found. */
  get complete(): boolean {
    return this.#parser._complete
  }
}

/**
 * Passes headers to the listener first. One object parses the headers of all parts; it becomes visible
 * after a boundary, so a boundary and the first letter of a header are written before the body begins.
 */
function interceptHeaders(
  parser: busboy.Busboy,
  inside: Inside,
  boundary: string,
  listener: PartListener,
): void {
  parser.write(`--${boundary}\r\na`)
  const { _hparser: headers } = inside
  if (headers === null) throw new Error('busboy: the version must be 1.6.0, another is installed.')
  const { cb } = headers
  const begin: typeof cb = (fields) => {
    listener.onHead(fields)
    cb(AS_FILE)
  }
  headers.cb = begin
  headers.reset()
  inside._hparser = null
}
