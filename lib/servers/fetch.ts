/**
 * Makes fetch handlers of apps: for Bun, Deno, Workers and other runtimes that call a function with a
 * request.
 */

import { knownOptions } from '../internal/knownoptions.ts'
import { type LifespanMode, type StartedLifespan, startLifespan } from '../lifespan/start.ts'
import { logError, logFailures } from '../protocol/log.ts'
import { assertApp, assertRootPath } from '../protocol/options.ts'
import { type App, type Scope, SENT, type ServerAddress } from '../types.ts'
import { exchange } from './fetch/exchange.ts'
import type { RequestContext, RequestInfo } from './fetch/info.ts'
import { refusal } from './fetch/refusal.ts'
import type { FileBody } from './fetch/response.ts'
import type { Open, Service, WebSockets } from './fetch/scope.ts'

export type { RequestContext, RequestInfo } from './fetch/info.ts'
export type { WebSockets } from './fetch/scope.ts'
export { webSockets } from './fetch/session.ts'
export type { Acceptance, RuntimeSocket, SocketEvents, Upgrade } from './fetch/sockets.ts'

export interface ToFetchOptions {
  /** The prefix that a proxy has stripped, prepended to every path as the root path (''). */
  rootPath?: string
  /** Whether to run the app's lifespan ('auto'). */
  lifespan?: LifespanMode
  /** The address of the server, for the URLs of requests without a host (null: not known). */
  server?: ServerAddress | null
  /**
   * How the runtime makes websockets, from `webSockets()` (unset: websocket requests are handled as HTTP
   * requests). The servers of `servers/bun` and `servers/deno` set it themselves.
   */
  upgrade?: WebSockets
  /**
   * Makes a body from the path of a file, so large files have a length (unset: files are streamed). The
   * server of `servers/bun` sets it itself.
   */
  file?: FileBody
  /** The largest websocket message in bytes; a larger one closes the websocket with 1009 (1,048,576). */
  maxMessageSize?: number
  /** Called with errors that reach the handler (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** A fetch handler, with methods that start and stop its app. */
export interface FetchApp extends AsyncDisposable {
  /**
   * Answers a request.
   *
   * @param info The second argument of the runtime: Deno's info, Bun's server, the `env` of Workers.
   * @param context The execution context of Workers.
   */
  (
    request: globalThis.Request,
    info?: RequestInfo | object,
    context?: RequestContext,
  ): Promise<globalThis.Response>
  /** Runs the app's startup now instead of with the first request; rejects if it fails. */
  readonly start: () => Promise<void>
  /**
   * Closes websockets with 1012, ends event streams, waits for all other exchanges, then runs the app's
   * shutdown. After the call, new requests get 503.
   */
  readonly close: () => Promise<void>
  /** Ends event streams, and aborts `request.draining` in all other exchanges; `close()` does it too. */
  readonly drain: () => void
  /**
   * Aborts open exchanges and websockets, or only the websockets. Bodies end with an error, and apps get a
   * disconnect.
   */
  readonly cut: (what?: 'websockets') => void
}

/**
 * Makes a fetch handler of an app. It uses only web standards.
 *
 * The startup runs once, with the first request. If it fails, that request gets 500, and the next one tries
 * again. Errors are handled as by `serve()`: the answer is 500, or, if the response has started, the body
 * ends with an error. The extensions for early hints and trailers are missing, and so is that for files
 * without the option `file`.
 *
 * `scope.client` is the address from the runtime, or null. Bun reports it only until the app has ended, so
 * background work must read it before. The arguments of the runtime are in `scope.extensions.fetch`, as
 * `{ request, info, context }`. Background work is passed to `context.waitUntil` if it exists.
 *
 * @throws TypeError if `app` is not a function, or `rootPath` is invalid.
 * @example
 * const handler = toFetch(app)
 * const answer = await handler(new globalThis.Request('http://localhost/'))
 * await answer.text() // 'hello'
 */
export function toFetch(app: App, options: ToFetchOptions = {}): FetchApp {
  knownOptions('toFetch', options, 'rootPath lifespan server upgrade maxMessageSize onError file')
  assertApp(app, 'toFetch')
  assertRootPath(options.rootPath ?? '', 'toFetch')
  if (typeof options.upgrade === 'function') {
    throw new TypeError(
      'toFetch: the option upgrade must come from webSockets(), a function was given. Write upgrade: webSockets(upgrade).',
    )
  }
  const running = new FetchServer(app, options)
  const handler = (
    request: globalThis.Request,
    info?: unknown,
    context?: unknown,
  ): Promise<globalThis.Response> => running.answer(request, info, context)
  const close = (): Promise<void> => running.close()
  return Object.assign(handler, {
    start: () => running.start(),
    close,
    drain: () => running.drain(),
    cut: (what?: 'websockets') => running.cut(what),
    [Symbol.asyncDispose]: close,
  })
}

class FetchServer {
  readonly #app: App
  readonly #mode: LifespanMode
  readonly #service: Service
  #lifespan: StartedLifespan | undefined
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined
  readonly #open = new Set<Open>()
  #onIdle: () => void = () => {}

  constructor(app: App, options: ToFetchOptions) {
    const { rootPath = '', lifespan = 'auto', onError = logError } = options
    this.#app = app
    this.#mode = lifespan
    this.#service = {
      app,
      rootPath,
      // It is read each time because the port may be known only later.
      get server() {
        return options.server ? Object.freeze({ ...options.server }) : null
      },
      state: undefined,
      upgrade: options.upgrade,
      file: options.file,
      maxMessageSize: options.maxMessageSize ?? 1_048_576,
      begin: (one) => void this.#open.add(one),
      draining: false,
      end: (one) => {
        this.#open.delete(one)
        if (this.#open.size === 0) this.#onIdle()
      },
      onError: logFailures(onError),
    }
  }

  answer(
    request: globalThis.Request,
    info: unknown,
    context: unknown,
  ): Promise<globalThis.Response> {
    if (this.#closing !== undefined) return Promise.resolve(refusal(503))
    if (this.#lifespan !== undefined) return exchange(this.#service, request, [info, context])
    return this.start().then(
      () => exchange(this.#service, request, [info, context]),
      () => refusal(500),
    )
  }

  /** Starts the app once; requests that arrive meanwhile wait for the same start. */
  start(): Promise<void> {
    this.#starting ??= this.#run()
    return this.#starting
  }

  async #run(): Promise<void> {
    try {
      this.#lifespan = await startLifespan(this.#app, this.#mode)
      this.#service.state = this.#lifespan.state
    } catch (error) {
      this.#starting = undefined
      const asgi = { version: '3.0', specVersion: '2.0' } as const
      this.#service.onError(error, { type: 'lifespan', asgi })
      throw error
    }
  }

  cut(what?: 'websockets'): void {
    for (const one of [...this.#open]) {
      if (what === undefined || one.kind === 'websocket') one.cut()
    }
  }

  drain(): void {
    if (this.#service.draining) return
    this.#service.draining = true
    for (const one of [...this.#open]) one.drain()
  }

  close(): Promise<void> {
    this.drain()
    this.#closing ??= this.#stop()
    return this.#closing
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => {}) // reported to the callers of start()
    this.cut('websockets')
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    await (this.#lifespan?.stop() ?? SENT)
  }
}
