/** Parts of responses with files, for files on the disk and files of sources. */
import { HTTPException } from '../exceptions.ts'
import { Headers, indexOfName } from '../http/headers.ts'
import { joinBytes } from '../internal/bytes.ts'
import type { FileAnswer } from '../responses/file/answer.ts'
import { type App, type HeaderList, type HTTPScope, SENT, type Send } from '../types.ts'
import type { FoundFile, Target } from './lookup.ts'

/** A file with its header fields. Copy the fields before you change them. */
interface SentFile extends FoundFile {
  readonly headers: HeaderList
  /** For the file itself, not for the page for missing files. */
  readonly cacheControl: string | undefined
}

/** Whether a precondition has failed, or a range is outside of the file. */
export function isRefusal({ status }: FileAnswer): boolean {
  return status === 412 || status === 416
}

export function refusalOf({ status, headers }: FileAnswer): HTTPException {
  const fields = new Headers(headers).delete('content-length')
  return new HTTPException(status, undefined, { headers: fields })
}

/** Returns a new list that also has the fields which depend on the request. */
export function withExtras<File extends SentFile>(
  fields: HeaderList,
  { file, plain, status, vary }: Target<File>,
  { queryString }: HTTPScope,
): HeaderList {
  const list = fields.slice()
  if (status === 200) {
    const cacheControl =
      file.cacheControl ?? (isVersion(queryString, plain) ? IMMUTABLE : undefined)
    if (cacheControl !== undefined) list.push('cache-control', cacheControl)
  }
  return vary === undefined ? list : new Headers(list).vary(vary).list
}

/** One year. The content of such a URL never changes, because a new content has a new version. */
const IMMUTABLE = 'max-age=31536000, immutable'

/** The number of characters of the content's hash that are its version in URLs. */
export const VERSION_LENGTH = 12

/**
 * Whether the query is the version of the current content. A page of another deployment may request
 * another version. Caches must not keep the current content under that URL.
 */
function isVersion(queryString: string, { headers }: SentFile): boolean {
  if (queryString.length !== VERSION_LENGTH + 2 || !queryString.startsWith('v=')) return false
  const index = indexOfName(headers, 'etag')
  return index >= 0 && headers[index + 1]?.startsWith(queryString.slice(2), 1) === true
}

/** Returns a response with a whole body. Its fields were checked when the file was found. */
export function whole(status: number, headers: HeaderList, body: Uint8Array): App {
  const end = (send: Send): Promise<void> =>
    send({ type: 'http.response.body', body, moreBody: false })
  return (_scope, _receive, send) => {
    const started = send({ type: 'http.response.start', status, headers })
    // Servers that accept the start at once return this promise, which saves a turn of the loop.
    return started === SENT ? end(send) : started.then(() => end(send))
  }
}

export function bodyOf({ pieces }: FileAnswer, content: Uint8Array): Uint8Array {
  return joinBytes(
    pieces.map((piece) =>
      piece instanceof Uint8Array ? piece : content.subarray(piece.start, piece.end),
    ),
  )
}
