/** A response that sends a file, or ranges of it. */

import { contentDisposition, type Disposition } from '../http/disposition.ts'
import { MAX_RANGES } from '../http/ranges.ts'
import type { Scope, Send } from '../types.ts'
import type { FileStat } from './file/answer.ts'
import type { FileToSend } from './file/sendfile.ts'
import { type MessageTypes, Response, type ResponseOptions } from './response.ts'

export interface FileResponseOptions extends ResponseOptions {
  /** The name under which browsers save the file (unset: the last part of the URL). */
  filename?: string
  /** `'attachment'`: saved; `'inline'`: shown (`'attachment'` if there is a filename, else unset). */
  contentDisposition?: Disposition
  /** The current result of `stat`, which saves a system call if the file is not read (unset). */
  stat?: FileStat
  /** The maximum number of ranges in a request (32). A request for more gets the whole file. */
  maxRanges?: number
}

/**
 * Sends a file, or the ranges that the client requests. If the client already has the file, the answer is
 * 304; if a precondition of the request fails, it is 412.
 *
 * Type, length, `Last-Modified`, `ETag` and `Accept-Ranges` are computed when the response is sent, unless
 * `headers` contains them; `accept-ranges: none` disables ranges. The file is opened when the response is
 * sent, and always closed. Paths are not restricted: use `StaticFiles` for paths that come from clients.
 *
 * Sending rejects with an Error if the file is missing, is not a file, or becomes shorter.
 *
 * @throws TypeError if the path or `stat` is invalid, RangeError if `maxRanges` is not a number.
 * @example
 * new FileResponse('reports/2026.pdf', { filename: 'Annual report.pdf' })
 * new FileResponse(new URL('./logo.svg', import.meta.url), { headers: { 'cache-control': 'max-age=60' } })
 */
export class FileResponse extends Response<null> {
  static override readonly optionNames: string =
    'filename contentDisposition stat maxRanges status headers mediaType background'

  readonly path: string | URL
  readonly #nameForType: string
  readonly #stat: FileStat | undefined
  readonly #maxRanges: number

  constructor(path: string | URL, options: FileResponseOptions = {}) {
    super(null, options)
    const { filename, contentDisposition: disposition, stat, maxRanges = MAX_RANGES } = options
    assertPath(path, new.target.name)
    if (!Number.isInteger(maxRanges) || maxRanges < 0) {
      throw new RangeError(
        `${new.target.name}: maxRanges must be 0 or a positive integer, ${maxRanges} was given. Omit it for ${MAX_RANGES}.`,
      )
    }
    if (stat !== undefined && !(stat.size >= 0 && Number.isFinite(stat.mtimeMs))) {
      throw new TypeError(
        `${new.target.name}: stat must have a size and an mtimeMs, ${JSON.stringify(stat)} was given. Pass the result of stat of node:fs.`,
      )
    }
    this.path = path
    this.#nameForType = filename ?? (typeof path === 'string' ? path : path.pathname)
    this.#stat = stat
    this.#maxRanges = maxRanges
    if (filename !== undefined || disposition !== undefined) {
      const field = contentDisposition(disposition ?? 'attachment', filename)
      this.headers.setDefault('content-disposition', field)
    }
  }

  protected override get hasLength(): boolean {
    return false
  }

  protected override transmit(types: MessageTypes, send: Send, scope: Scope): Promise<void> {
    const file: FileToSend = {
      path: this.path,
      nameForType: this.#nameForType,
      status: this.status,
      headers: this.headers,
      charset: (this.constructor as typeof Response).charset,
      stat: this.#stat,
      maxRanges: this.#maxRanges,
    }
    if (sending !== undefined) return sending.sendFile(file, types, send, scope)
    return loadSending().then(({ sendFile }) => sendFile(file, types, send, scope))
  }
}

type Sending = typeof import('./file/sendfile.ts')

let sending: Sending | undefined

/** Loaded with the first file that is sent: most programs do not need it. */
async function loadSending(): Promise<Sending> {
  sending = await import('#sendfile')
  return sending
}

function assertPath(path: unknown, where: string): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return
  if (path instanceof URL && path.protocol === 'file:') return
  const given = path instanceof URL || typeof path === 'string' ? JSON.stringify(path) : typeof path
  throw new TypeError(
    `${where}: the path must be text or a file: URL, ${given} was given. Use PlainTextResponse for content.`,
  )
}
