/** One request to the upstream, up to the head of its response. */
import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http'
import { request as requestHttps } from 'node:https'
import type { HeaderList } from '../../types.ts'
import { readAfterWrites } from './salvage.ts'
import type { Watch } from './watch.ts'

/** The error if there is no response, with the status for the client and the reason. */
export class UpstreamError extends Error {
  readonly status: 502 | 504

  constructor(status: 502 | 504, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UpstreamError'
    this.status = status
  }
}

/** The connection settings for the upstream. */
export interface Upstream {
  readonly secure: boolean
  readonly agent: Agent
  /** Its address and certificates. */
  readonly connection: RequestOptions
  readonly connectTimeoutMs: number
  readonly headTimeoutMs: number
}

/** The request for the upstream. */
export interface UpstreamRequest {
  readonly method: string
  readonly path: string
  readonly headers: HeaderList
}

export class Call {
  readonly request: ClientRequest
  /** The head of the response; rejects with UpstreamError. */
  readonly response: Promise<IncomingMessage>
  /** Resolves when the upstream sends 100 (Continue), if the request expects it. */
  readonly continued: Promise<void>
  /** The links of early hints that have arrived. */
  readonly links: string[] = []
  readonly #upstream: Upstream
  readonly #watch: Watch
  #wasReset = false
  #reject: (error: Error) => void = () => {}

  /** @param fresh Whether to open a new connection. */
  constructor(upstream: Upstream, upstreamRequest: UpstreamRequest, watch: Watch, fresh: boolean) {
    this.#upstream = upstream
    this.#watch = watch
    const { method, path, headers } = upstreamRequest
    const make = upstream.secure ? requestHttps : requestHttp
    this.request = make({
      ...upstream.connection,
      method,
      path,
      // Given in the form of `rawHeaders`, to which Node adds only the fields of the connection.
      headers,
      agent: fresh ? false : upstream.agent,
      setHost: false,
    })
    // Their size is limited; above a count, Node would drop fields silently.
    this.request.maxHeadersCount = 0
    watch.start(upstream.connectTimeoutMs, (ms) =>
      this.#timeOut(`no connection within ${ms} ms, connectTimeoutMs`),
    )
    this.continued = new Promise((resolve) => {
      this.request.once('continue', resolve)
    })
    this.response = new Promise((resolve, reject) => {
      this.#reject = reject
      this.request.once('response', resolve)
      this.request.once('close', () => reject(new UpstreamError(502, 'the connection was closed')))
      // The listener stays, because the response may later fail with the same error.
      this.request.on('error', (error: NodeJS.ErrnoException) => {
        this.#wasReset = error.code === 'ECONNRESET'
        reject(asUpstreamError(error))
      })
    })
    this.response.catch(() => {}) // reported to the caller, who may first send the body
    this.#follow()
  }

  /** Aborts the request and its connection. */
  abandon(error: Error): void {
    this.request.destroy(error)
    // Node emits no error for a request that still waits for a connection.
    this.#reject(error)
  }

  /**
   * Whether the whole response has arrived. Node counts a response without a length and without chunks as complete
   * even after a reset. If a part of the request was not read, the upstream may have reset the connection because of
   * that, after the response.
   */
  isComplete({ complete, headers }: IncomingMessage): boolean {
    const hasEnd = 'content-length' in headers || 'transfer-encoding' in headers
    return complete && (hasEnd || !this.#wasReset || !this.request.writableFinished)
  }

  /** Whether it used a connection that the upstream was just closing. */
  wasStale(error: unknown): boolean {
    const { cause } = error as Error
    const { code } = (cause ?? {}) as NodeJS.ErrnoException
    return this.request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE')
  }

  #follow(): void {
    const { request } = this
    request.once('socket', (socket) => {
      readAfterWrites(socket)
      const isConnected = request.reusedSocket || !socket.connecting
      if (isConnected) this.#connected()
      else socket.once(this.#upstream.secure ? 'secureConnect' : 'connect', () => this.#connected())
    })
    request.on('information', ({ statusCode, headers: { link } }) => {
      this.#watch.refresh()
      if (statusCode === 103 && typeof link === 'string') this.links.push(link)
    })
  }

  #connected(): void {
    this.#watch.start(this.#upstream.headTimeoutMs, (ms) =>
      this.#timeOut(`no response within ${ms} ms, headTimeoutMs`),
    )
  }

  #timeOut(message: string): void {
    this.abandon(new UpstreamError(504, message))
  }
}

function asUpstreamError(error: Error): UpstreamError {
  if (error instanceof UpstreamError) return error
  return new UpstreamError(502, error.message, { cause: error })
}
