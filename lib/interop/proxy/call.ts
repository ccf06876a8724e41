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

/** Why there is no response: the status for the client, and the reason. */
export class UpstreamError extends Error {
  readonly status: 502 | 504

  constructor(status: 502 | 504, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UpstreamError'
    this.status = status
  }
}

/** How to reach the upstream. */
export interface Line {
  readonly secure: boolean
  readonly agent: Agent
  /** Its address and certificates. */
  readonly connection: RequestOptions
  readonly connectTimeoutMs: number
  readonly headTimeoutMs: number
}

/** The request for the upstream. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: HeaderList
}

export class Call {
  readonly request: ClientRequest
  /** The head of the response; rejects with UpstreamError. */
  readonly response: Promise<IncomingMessage>
  /** Resolves when the upstream wants the body, if it was asked first. */
  readonly continued: Promise<void>
  /** The links of early hints that have arrived. */
  readonly links: string[] = []
  readonly #line: Line
  readonly #watch: Watch
  #reject: (error: Error) => void = () => {}

  /** @param fresh Whether to open a new connection. */
  constructor(line: Line, asked: Asked, watch: Watch, fresh: boolean) {
    this.#line = line
    this.#watch = watch
    const { method, path, headers } = asked
    const make = line.secure ? requestHttps : requestHttp
    this.request = make({
      ...line.connection,
      method,
      path,
      // In the form of `rawHeaders`, to which Node adds only the connection's own fields.
      headers,
      agent: fresh ? false : line.agent,
      setHost: false,
    })
    // Their size is limited; above a count, Node would drop fields silently.
    this.request.maxHeadersCount = 0
    watch.start(line.connectTimeoutMs, (ms) =>
      this.#give(504, `no connection within ${ms} ms, connectTimeoutMs`),
    )
    this.continued = new Promise((resolve) => {
      this.request.once('continue', resolve)
    })
    this.response = new Promise((resolve, reject) => {
      this.#reject = reject
      this.request.once('response', resolve)
      this.request.once('close', () => reject(new UpstreamError(502, 'the connection was closed')))
      // Also later, if the response fails with the same error.
      this.request.on('error', (error) => reject(asUpstreamError(error)))
    })
    this.response.catch(() => {})
    this.#follow()
  }

  /** Aborts the request and its connection. */
  abandon(error: Error): void {
    this.request.destroy(error)
    // Node emits no error for a request that still waits for a connection.
    this.#reject(error)
  }

  /** Whether it met a connection that the upstream was just closing. */
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
      else socket.once(this.#line.secure ? 'secureConnect' : 'connect', () => this.#connected())
    })
    request.on('information', ({ statusCode, headers: { link } }) => {
      this.#watch.refresh()
      if (statusCode === 103 && typeof link === 'string') this.links.push(link)
    })
  }

  #connected(): void {
    this.#watch.start(this.#line.headTimeoutMs, (ms) =>
      this.#give(504, `no response within ${ms} ms, headTimeoutMs`),
    )
  }

  #give(status: 502 | 504, message: string): void {
    this.abandon(new UpstreamError(status, message))
  }
}

function asUpstreamError(error: Error): UpstreamError {
  if (error instanceof UpstreamError) return error
  return new UpstreamError(502, error.message, { cause: error })
}
