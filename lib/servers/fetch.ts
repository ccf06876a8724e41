/** Our apps as fetch handlers: for Bun, Deno, Workers, and whatever else calls a function with a request. */

import { knownOptions } from '../internal/knownoptions.ts'
import { type LifespanMode, type StartedLifespan, startLifespan } from '../lifespan/start.ts'
import { guarded, logError } from '../protocol/log.ts'
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
  /** A prefix that a proxy takes off; it is put before every path, and is the root path (''). */
  rootPath?: string
  /** Whether the app's lifespan is run ('auto'). */
  lifespan?: LifespanMode
  /** Where the runtime listens, for URLs of requests that name no host (null: not known). */
  server?: ServerAddress | null
  /**
   * How the runtime makes websockets, from `webSockets()` (not at all: requests for one are requests
   * like others). The servers of `servers/bun` and `servers/deno` bring theirs.
   */
  upgrade?: WebSockets
  /**
   * Makes a body of a file by its path, so that a large one has a length (not at all: files are
   * streamed). The server of `servers/bun` brings its own.
   */
  file?: FileBody
  /** The most bytes of a message on a websocket; a larger one closes it with 1009 (1,048,576). */
  maxMessageSize?: number
  /** Told of errors that no handler answered (written to stderr). */
  onError?: (error: unknown, scope: Scope) => void
}

/** A fetch handler, with what starts and stops the app behind it. */
export interface FetchApp extends AsyncDisposable {
  /**
   * Answers a request.
   *
   * @param info What the runtime gives: Deno's info, Bun's server, the `env` of Workers.
   * @param context The execution context of Workers.
   */
  (
    request: globalThis.Request,
    info?: RequestInfo | object,
    context?: RequestContext,
  ): Promise<globalThis.Response>
  /** Runs the app's startup now, instead of with the first request; rejects when it fails. */
  readonly start: () => Promise<void>
  /**
   * Closes websockets with 1012, ends event streams, waits for everything else that goes on, then runs
   * the app's shutdown; from then on requests get 503.
   */
  readonly close: () => Promise<void>
  /** Ends event streams, and tells others by `request.draining`; `close()` does it too. */
  readonly drain: () => void
  /** Ends what goes on, or just the websockets: bodies break off, and apps hear of a client that has gone. */
  readonly cut: (what?: 'websockets') => void
}

/**
 * Turns an app into a fetch handler that uses nothing but web standards.
 *
 * The startup runs once, with the first request; one that fails is answered by 500, and tried again
 * with the next. Errors are answered as under `serve()`: a bug by 500, one that comes late by a body
 * that breaks off. Early hints and trailers are not offered, nor are files without the
 * option `file`.
 *
 * `scope.client` is what the runtime tells of the peer, or null; Bun tells it as long as the app has
 * not ended, so what goes on by itself should ask before. What else it gave is in
 * `scope.extensions.fetch`, as `{ request, info, context }`. Work in the background is handed to
 * `context.waitUntil`, where there is one.
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
  const running = new Running(app, options)
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

class Running {
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
      // Read live: which port it is may be known only later.
      get server() {
        return Object.freeze(options.server ?? null)
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
      onError: guarded(onError),
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

  /** Requests that arrive meanwhile wait for the same start. */
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
    await this.#starting?.catch(() => {})
    this.cut('websockets')
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    await (this.#lifespan?.stop() ?? SENT)
  }
}
