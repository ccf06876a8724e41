/** The undocumented parts of Node's http messages that this package uses, in one place, with a check. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'

/** A request with the method by which Node's parser fills it. */
export interface InnerRequest extends IncomingMessage {
  /** Takes the fields from which `headers` and `headersDistinct` are computed on demand. */
  _addHeaderLines(list: string[], count: number): void
}

/**
 * A response with the methods by which Node's server writes it. `writeHead`, `write` and `end` check their
 * arguments and keep the public state; four methods do the output. They have had the same names and
 * parameters in every supported version.
 */
export interface InnerResponse extends ServerResponse {
  /** Set when the head is fixed; null before. */
  _header: string | null
  /** The length of the body, if it is known when the head is created. */
  _contentLength: number | null
  /** Whether a body is sent: not for HEAD, 204 and 304. */
  readonly _hasBody: boolean
  /** Whether `removeHeader('content-length')` was called. */
  readonly _removedContLen: boolean
  /** The fields from `addTrailers`, as lines. */
  readonly _trailer: string
  _closed: boolean
  /** Creates the head from `writeHead` arguments or collected `setHeader` fields. */
  _storeHeader(firstLine: string, headers: unknown): void
  /** Handles a part of the body, or none; returns whether there is room for more. */
  _send(data: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean
  /** Handles informational responses. */
  _writeRaw(data: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean
  /** Called when `end` has finished. */
  _finish(): void
}

type Overrides = Pick<InnerResponse, '_storeHeader' | '_send' | '_writeRaw' | '_finish'>

// Private symbols of Node. Without them less is reported, but nothing breaks.
const NEED_DRAIN = symbolOf(responseTo(requestOn()), 'kNeedDrain')
const DETACH_SIGNAL = symbolOf(IncomingMessage.prototype, 'kDetachAbortSignal')

/** Sets `writableNeedDrain` to false, because there is room again. */
export function clearNeedDrain(response: ServerResponse): void {
  if (NEED_DRAIN !== undefined) Reflect.set(response, NEED_DRAIN, false)
}

/** Detaches `request.signal`: after a success, the end of the socket must not abort it (Node 24 and newer). */
export function detachSignal(request: IncomingMessage): void {
  if (DETACH_SIGNAL === undefined) return
  const detach: unknown = Reflect.get(request, DETACH_SIGNAL)
  if (typeof detach === 'function') detach.call(request)
}

function symbolOf(object: object, name: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find(({ description }) => description === name)
}

let checked = false

/**
 * Writes a small response, once, to check that Node calls the four methods as expected.
 *
 * @throws Error if it does not.
 */
export function assertInternals(): void {
  if (checked) return
  const log: string[] = []
  const request = requestOn()
  request._addHeaderLines?.(['x-a', '1'], 2)
  const response = responseTo(request)
  response.assignSocket(request.socket)
  const overrides: Overrides = {
    _storeHeader() {
      log.push(`head ${response.statusCode} ${response.getHeader('x-a')}`)
      response._header = 'fixed'
    },
    _send(data) {
      if (data.length > 0) log.push(`part ${data}`)
      return true
    },
    _writeRaw(data) {
      log.push(`raw ${String(data).slice(9, 12)}`)
      return true
    },
    _finish() {
      log.push('end')
    },
  }
  Object.assign(response, overrides)
  response.writeProcessing()
  response.setHeader('x-a', request.headers['x-a'] ?? '')
  response.write('a')
  response.end('b')
  const told = log.join(', ')
  if (told !== 'raw 102, head 200 1, part a, part b, end') {
    throw new Error(
      `fromNode: Node ${process.version} writes responses in an unknown way (${told}). Use a version of Node that this version of Stellula was tested with.`,
    )
  }
  checked = true
}

function requestOn(): InnerRequest {
  // Any stream serves as a connection; the types require a network socket.
  const request = new IncomingMessage(new PassThrough() as never) as InnerRequest
  Object.assign(request, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 })
  return request
}

function responseTo(request: InnerRequest): InnerResponse {
  return new ServerResponse<IncomingMessage>(request) as InnerResponse
}
