/** Tests an app without a server: fetch-like requests, real streaming, a cookie jar. */
import { overriding } from '../dependencies.ts'
import { inTime } from '../internal/deadline.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { startLifespan } from '../lifespan/start.ts'
import { assertApp } from '../protocol/options.ts'
import type { App, State } from '../types.ts'
import { encodeBody } from './client/bodies.ts'
import { CookieJar } from './client/cookiejar.ts'
import { WebSocketDenied } from './client/denial.ts'
import { exchange, type TestResponse } from './client/exchange.ts'
import { Link } from './client/link.ts'
import type {
  TestClientOptions,
  TestRequestOptions,
  TestWebSocketOptions,
} from './client/options.ts'
import { becomesGet, redirected } from './client/redirects.ts'
import { Running } from './client/running.ts'
import { httpScope, mergedHeaders, websocketScope } from './client/scopes.ts'
import { TestWebSocket } from './client/socket.ts'
import { lint } from './lint.ts'

export {
  type TestClientOptions,
  type TestRequestOptions,
  TestWebSocket,
  type TestWebSocketOptions,
  WebSocketDenied,
}

/** Requests by method; each returns a fetch response. */
export interface TestClient extends AsyncDisposable {
  readonly get: (url: string | URL, options?: TestRequestOptions) => Promise<TestResponse>
  readonly head: (url: string | URL, options?: TestRequestOptions) => Promise<TestResponse>
  readonly post: (url: string | URL, options?: TestRequestOptions) => Promise<TestResponse>
  readonly put: (url: string | URL, options?: TestRequestOptions) => Promise<TestResponse>
  readonly patch: (url: string | URL, options?: TestRequestOptions) => Promise<TestResponse>
  readonly delete: (url: string | URL, options?: TestRequestOptions) => Promise<TestResponse>
  readonly options: (url: string | URL, options?: TestRequestOptions) => Promise<TestResponse>
  /** A request of any method. */
  readonly request: (
    method: string,
    url: string | URL,
    options?: TestRequestOptions,
  ) => Promise<TestResponse>
  /**
   * As the global `fetch`, for what takes such a function: a client of `stellula/client`, an SDK. The body
   * is sent as a whole.
   */
  readonly fetch: (
    input: string | URL | globalThis.Request,
    init?: RequestInit,
  ) => Promise<TestResponse>
  /**
   * Opens a websocket; resolves when the app has accepted it.
   *
   * @throws WebSocketDenied if the app denies it, or the error that the app throws.
   * @throws Error if the handshake is not answered in time.
   * @example
   * const echo = WebSocketRoute('/echo', async (websocket) => {
   *   await websocket.accept()
   *   for await (const message of websocket) await websocket.sendText(`you said ${message}`)
   * })
   * await using client = await testClient(echo)
   * await using socket = await client.websocket('/echo')
   * await socket.sendText('hello')
   * console.assert((await socket.receiveText()) === 'you said hello')
   */
  readonly websocket: (url: string | URL, options?: TestWebSocketOptions) => Promise<TestWebSocket>
  readonly cookies: CookieJar
  /** The state that the lifespan yielded; undefined without one. */
  readonly state: State | undefined
  /** Ends event streams, aborts pending requests, closes websockets, and runs the app's shutdown. */
  readonly close: () => Promise<void>
}

const MOST_REDIRECTS = 20

/**
 * Starts an app's lifespan and returns a client for it; `await using` closes both.
 *
 * @throws Error if the startup fails.
 * @example
 * await using client = await testClient(app)
 * const response = await client.get('/users/7')
 */
export async function testClient(app: App, options: TestClientOptions = {}): Promise<TestClient> {
  knownOptions(
    'testClient',
    options,
    'baseUrl raiseServerExceptions followRedirects headers cookies client rootPath lifespan overrides lint',
  )
  assertApp(app, 'testClient')
  const overridden = options.overrides === undefined ? app : overriding(options.overrides)(app)
  const checked = options.lint === false ? overridden : lint()(overridden)
  const lifespan = await startLifespan(checked, options.lifespan ?? 'auto')
  const session = new Session(checked, options, lifespan.state)
  const by = (method: string) => (url: string | URL, request?: TestRequestOptions) =>
    session.follow(method, url, request)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= session.close().finally(lifespan.stop)
    return closing
  }
  return {
    get: by('GET'),
    head: by('HEAD'),
    post: by('POST'),
    put: by('PUT'),
    patch: by('PATCH'),
    delete: by('DELETE'),
    options: by('OPTIONS'),
    request: (method, url, request) => session.follow(method.toUpperCase(), url, request),
    fetch: (input, init) => session.fetch(input, init),
    websocket: (url, socket) => session.websocket(url, socket),
    cookies: session.cookies,
    state: lifespan.state,
    close,
    [Symbol.asyncDispose]: close,
  }
}

class Session {
  readonly cookies = new CookieJar()
  readonly #running = new Running()
  readonly #sockets = new Set<TestWebSocket>()
  readonly #app: App
  readonly #options: TestClientOptions
  readonly #state: State | undefined
  readonly #base: URL

  constructor(app: App, options: TestClientOptions, state: State | undefined) {
    this.#app = app
    this.#options = options
    this.#state = state
    this.#base = new URL(options.baseUrl ?? 'http://testserver')
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/'
    for (const [name, value] of Object.entries(options.cookies ?? {})) {
      this.cookies.set(name, value, this.#base)
    }
  }

  async follow(
    method: string,
    target: string | URL,
    options: TestRequestOptions = {},
  ): Promise<TestResponse> {
    knownOptions('testClient: request', options, 'headers body json signal followRedirects scope')
    const follows = options.followRedirects ?? this.#options.followRedirects ?? true
    let url = this.#resolve(target)
    let [verb, request] = [method, options]
    for (let hops = 0; ; hops++) {
      const response = await this.#send(verb, url, request)
      const location = response.headers.get('location')
      if (!follows || location === null || ![301, 302, 303, 307, 308].includes(response.status)) {
        return Object.defineProperties(response, {
          url: { value: url.href },
          redirected: { value: hops > 0 },
        })
      }
      if (hops === MOST_REDIRECTS)
        throw new Error(
          `testClient: more than ${MOST_REDIRECTS} redirects, the last to ${location}.`,
        )
      await response.body?.cancel() // it is not read
      const from = url
      url = new URL(location, from)
      const dropsBody = becomesGet(verb, response.status)
      if (dropsBody) verb = 'GET'
      request = redirected(request, dropsBody, url.origin === from.origin)
    }
  }

  async fetch(input: string | URL | globalThis.Request, init?: RequestInit): Promise<TestResponse> {
    const isRequest = input instanceof globalThis.Request
    const request = new globalThis.Request(isRequest ? input : this.#resolve(input), init)
    const { method, url, headers, signal } = request
    return this.follow(method, url, {
      headers: [...headers],
      body: request.body === null ? null : new Uint8Array(await request.arrayBuffer()),
      signal,
      ...(request.redirect === 'follow' ? {} : { followRedirects: false }),
    })
  }

  /** A path is relative to the base URL; `//admin` is a path too, not a host. */
  #resolve(target: string | URL): URL {
    const isPath = typeof target === 'string' && target.startsWith('/')
    return new URL(isPath ? `.${target}` : target, this.#base)
  }

  async #send(method: string, url: URL, options: TestRequestOptions): Promise<TestResponse> {
    const headers = mergedHeaders(this.#options.headers, options.headers)
    headers.setDefault('accept', '*/*')
    const cookies = this.cookies.fieldFor(url)
    if (cookies !== '') headers.setDefault('cookie', cookies)
    const body = await encodeBody(options, headers)
    const { app, signal, onDraining } = this.#running.begin(this.#app)
    const response = await exchange({
      app,
      onDraining,
      scope: { ...httpScope(method, url, headers, this.#options, this.#state), ...options.scope },
      body,
      signals: options.signal === undefined ? [signal] : [signal, options.signal],
      raiseServerExceptions: this.#options.raiseServerExceptions ?? true,
    })
    this.#keepCookies(response, url)
    return response
  }

  async websocket(
    target: string | URL,
    options: TestWebSocketOptions = {},
  ): Promise<TestWebSocket> {
    knownOptions('testClient: websocket', options, 'subprotocols headers timeout scope')
    const { subprotocols = [], headers: own, timeout = 5_000, scope } = options
    const url = this.#resolve(target)
    url.protocol = url.protocol.replace('ws', 'http')
    const headers = mergedHeaders(this.#options.headers, own)
    for (const [name, value] of UPGRADE) headers.setDefault(name, value)
    if (subprotocols.length > 0) {
      headers.setDefault('sec-websocket-protocol', subprotocols.join(', '))
    }
    const cookies = this.cookies.fieldFor(url)
    if (cookies !== '') headers.setDefault('cookie', cookies)
    const { app, signal } = this.#running.begin(this.#app)
    const link = new Link({
      app,
      scope: {
        ...websocketScope(url, headers, subprotocols, this.#options, this.#state),
        ...scope,
      },
      raiseServerExceptions: this.#options.raiseServerExceptions ?? true,
    })
    signal.addEventListener('abort', () => link.leave(1001, ''), { once: true })
    return this.#connect(link, url, timeout)
  }

  async #connect(link: Link, url: URL, timeout: number): Promise<TestWebSocket> {
    try {
      const accepted = await inTime(link.answer, timeout, () => {
        link.leave(1006, '')
        return new Error(
          `testClient: the app has not answered the handshake within ${timeout} ms. Accept or close the websocket, or pass another timeout.`,
        )
      })
      const socket = new TestWebSocket(link, accepted, timeout)
      for (const field of socket.headers.getAll('set-cookie')) this.cookies.take(field, url)
      this.#sockets.add(socket)
      link.done.then(() => link.error ?? this.#sockets.delete(socket))
      return socket
    } catch (error) {
      if (error instanceof WebSocketDenied) this.#keepCookies(error.response, url)
      throw error
    }
  }

  #keepCookies({ headers }: globalThis.Response, url: URL): void {
    for (const field of headers.getSetCookie()) this.cookies.take(field, url)
  }

  /** @throws Errors of websocket apps that the test has not seen yet. */
  async close(): Promise<void> {
    await this.#running.drain()
    const closings = [...this.#sockets].map((socket) => socket.close(1001))
    const ends = await Promise.allSettled(closings)
    await this.#running.leave()
    const [first, ...others] = ends.flatMap((end) =>
      end.status === 'rejected' ? [end.reason] : [],
    )
    if (others.length > 0) {
      throw new AggregateError([first, ...others], 'testClient: several websockets have failed.')
    }
    if (first !== undefined) throw first
  }
}

/** The handshake fields of a browser, without the key, which is not checked here. */
const UPGRADE = [
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['sec-websocket-version', '13'],
  ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
] as const
