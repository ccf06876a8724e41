/** The files of an object store over HTTP: HEAD gets their state, and GET with a range reads them. */
import { HTTPException } from '../exceptions.ts'
import { parseHTTPDate } from '../http/dates.ts'
import { encodePath } from '../http/urls.ts'
import { check, checkRange } from '../internal/checks.ts'
import { whenLate } from '../internal/deadline.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { cancelStream } from '../internal/sources.ts'
import { type FileSource, type SourceFile, slice } from './source.ts'

/** `fetch`, or a compatible function that signs requests, such as that of `aws4fetch`. */
export type FetchLike = (url: string, init: RequestInit) => Promise<globalThis.Response>

export interface HTTPFilesOptions {
  /** Sends the requests (the global `fetch`). */
  fetch?: FetchLike
  /** Milliseconds to wait for the head of a response (10,000). */
  timeoutMs?: number
}

/**
 * Returns the files below a URL, for `SourceFiles`: of S3 and similar stores, or of any HTTP server that
 * answers HEAD with `Content-Length` and supports `Range` and `If-Match` for GET.
 *
 * Each request needs a HEAD, and a GET unless the content is cached. If an object is replaced between the
 * two, the response is a 503 with `Retry-After`. A 403 of the store is passed on. Other failures are errors.
 *
 * @param base The URL of the folder, with a slash at its end.
 * @throws TypeError if the base or an option is invalid, RangeError if `timeoutMs` is.
 * @example
 * const files = SourceFiles(httpFiles('https://bucket.s3.eu-central-1.amazonaws.com/site/'))
 * // A private bucket: new AwsClient({ … }) of aws4fetch, and { fetch: (url, init) => aws.fetch(url, init) }
 */
export function httpFiles(base: string | URL, options: HTTPFilesOptions = {}): FileSource {
  const where = 'httpFiles'
  knownOptions(where, options, 'fetch timeoutMs')
  const { fetch: send = globalThis.fetch, timeoutMs = 10_000 } = options
  check(where, typeof send === 'function', 'fetch must be a function', send, 'Omit it for fetch')
  checkRange(where, timeoutMs > 0, 'timeoutMs must be more than 0', timeoutMs, 'Omit it for 10000')
  const folder = folderOf(base)
  const call: Call = (method, url, headers) => inTime(send, timeoutMs, method, url, headers)
  return { open: (name) => open(call, folder + encodePath(name)) }
}

type Call = (
  method: 'GET' | 'HEAD',
  url: string,
  headers: Readonly<Record<string, string>>,
) => Promise<globalThis.Response>

function folderOf(base: unknown): string {
  const url = URL.canParse(String(base)) ? new URL(String(base)) : undefined
  const isFolder =
    url !== undefined && url.search === '' && /^https?:.*\/$/.test(url.origin + url.pathname)
  const fix = "Write 'https://example.org/files/'"
  check('httpFiles', isFolder, 'the base must be an http URL that ends in a slash', base, fix)
  return url.origin + url.pathname
}

/** The time limit applies to the head only, because a body takes as long as its client reads. */
async function inTime(
  send: FetchLike,
  timeoutMs: number,
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<globalThis.Response> {
  const late = new AbortController()
  const callOff = whenLate(timeoutMs, () => late.abort(tooLate(method, url, timeoutMs)))
  try {
    // A coding would change the length, so none is accepted.
    const fields = { 'accept-encoding': 'identity', ...headers }
    return await send(url, { method, headers: fields, signal: late.signal })
  } finally {
    callOff()
  }
}

async function open(call: Call, url: string): Promise<SourceFile | undefined> {
  const response = await call('HEAD', url, {})
  if (response.status === 404 || response.status === 410) return undefined
  if (response.status !== 200) throw await failure(response, 'HEAD', url)
  const { headers } = response
  const length = headers.get('content-length')
  if (length === null || headers.has('content-encoding')) throw noLength(url)
  const tag = headers.get('etag')
  const etag = tag?.startsWith('"') ? tag : undefined
  const size = Number(length)
  return {
    ...{ size, etag, mtimeMs: parseHTTPDate(headers.get('last-modified') ?? '') ?? undefined },
    read: (start, end) => read(call, url, { start, end, size, etag }),
  }
}

interface Part {
  readonly start: number
  readonly end: number
  readonly size: number
  readonly etag: string | undefined
}

async function read(
  call: Call,
  url: string,
  { start, end, size, etag }: Part,
): Promise<AsyncIterable<Uint8Array>> {
  const isWhole = start === 0 && end === size
  const response = await call('GET', url, {
    ...(isWhole ? {} : { range: `bytes=${start}-${end - 1}` }),
    ...(etag === undefined ? {} : { 'if-match': etag }),
  })
  const { status, body } = response
  if ((status !== 200 && status !== 206) || body === null) throw await failure(response, 'GET', url)
  // A server without ranges sends the whole file.
  const offset = status === 200 ? start : 0
  return slice(body as unknown as AsyncIterable<Uint8Array>, offset, offset + end - start)
}

/** Returns the error for a response that is not the file. */
async function failure(response: globalThis.Response, method: string, url: string): Promise<Error> {
  const { status, body } = response
  if (body !== null) await cancelStream(body)
  const cause = new Error(
    `httpFiles: the store answered ${method} with ${status}, for ${url}. Check the URL and the permissions.`,
  )
  if (status === 403) return new HTTPException(403, undefined, { cause })
  const isChanged = status === 412 || status === 416 || status === 404
  if (!isChanged) return cause
  return new HTTPException(503, undefined, { headers: { 'retry-after': '1' }, cause })
}

function noLength(url: string): Error {
  return new Error(
    `httpFiles: the store did not send the length of the file, for ${url}. Store it without Content-Encoding.`,
  )
}

function tooLate(method: string, url: string, timeoutMs: number): Error {
  return new Error(
    `httpFiles: the store did not answer ${method} within ${timeoutMs} ms, for ${url}. Check it, or set timeoutMs.`,
  )
}
