/** A file of a form. */

import { save } from '#disk'
import type { Headers } from '../http/headers.ts'
import { joinBytes } from '../internal/bytes.ts'
import { handled, handledSteps } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { safeFilename } from './filename.ts'
import type { PartHead } from './head.ts'
import type { Spool } from './spool.ts'

export interface SaveOptions {
  /** Replace an existing file (false: the promise rejects, and the file is not changed). */
  overwrite?: boolean
}

/** The bytes of a file: in memory, or in a range of the form's temporary file. */
interface Content {
  readonly size: number
  readonly pieces: readonly Uint8Array[]
  readonly spooled?: { readonly spool: Spool; readonly from: number } | undefined
}

/**
 * A file of a form: in memory if it is small, otherwise in a temporary file.
 *
 * It can be read any number of times until its form is closed. That happens automatically when the
 * request ends, background work included.
 *
 * @example
 * Route('/avatar', { put: async (request) => {
 *   const avatar = (await request.form()).file('avatar')
 *   if (avatar?.contentType !== 'image/png') throw new HTTPException(400, 'A PNG image is wanted.')
 *   await avatar.saveTo('./avatars/7.png', { overwrite: true })
 *   return new PlainTextResponse(`${avatar.size} bytes`)
 * } })
 */
export class UploadFile {
  /** The file name given by the client: for display, not for paths. */
  readonly filename: string
  /** The content type given by the client, unchecked, or null. */
  readonly contentType: string | null
  /** The size in bytes. */
  readonly size: number
  /** All header fields of its part. */
  readonly headers: Headers
  #content: Content | undefined

  constructor(head: PartHead, content: Content) {
    this.filename = head.filename ?? ''
    this.contentType = head.contentType
    this.headers = head.headers
    this.size = content.size
    this.#content = content
  }

  /**
   * A file name that is safe in any folder, on every system. It has no path, control characters, dots at the
   * ends or device names, at most 255 bytes, and is never empty.
   */
  get safeName(): string {
    return safeFilename(this.filename)
  }

  /**
   * All bytes.
   *
   * @throws TypeError if it is closed.
   */
  bytes(): Promise<Uint8Array> {
    return handled(this.#bytes())
  }

  async #bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    for await (const piece of this.#stream()) pieces.push(piece)
    return joinBytes(pieces)
  }

  /** The whole file as UTF-8 text; invalid bytes become U+FFFD. Throws as `bytes()` does. */
  text(): Promise<string> {
    return handled(this.#bytes().then((bytes) => new TextDecoder().decode(bytes)))
  }

  /** The bytes in pieces, from the start each time. Throws as `bytes()` does. */
  stream(): AsyncGenerator<Uint8Array, void, undefined> {
    return handledSteps(this.#stream())
  }

  async *#stream(): AsyncGenerator<Uint8Array, void, undefined> {
    const content = this.#content
    if (content === undefined) throw uploadClosed(this.filename)
    const { spooled, pieces, size } = content
    if (spooled === undefined) yield* pieces
    else yield* spooled.spool.read(spooled.from, spooled.from + size)
  }

  /**
   * Writes a copy to this path. Never build the path from `filename`; use `safeName` for that.
   *
   * @throws TypeError if it is closed; the system's error (`code: 'EEXIST'`) if the file exists.
   */
  saveTo(path: string | URL, options?: SaveOptions): Promise<void> {
    return handled(this.#saveTo(path, options))
  }

  async #saveTo(path: string | URL, options?: SaveOptions): Promise<void> {
    if (options !== undefined) knownOptions('upload.saveTo', options, 'overwrite')
    const { overwrite = false } = options ?? {}
    await save(path, this.#stream(), overwrite)
  }

  /** Releases the bytes; called by the form. */
  close(): void {
    this.#content = undefined
  }
}

function uploadClosed(filename: string): TypeError {
  return new TypeError(
    `upload: ${JSON.stringify(filename)} cannot be read, its form was closed. Read it before the request ends, or saveTo() a path.`,
  )
}
