/** The requests and websockets of one test client. */
import { Headers, type HeadersInit } from '../../http/headers.ts'
import { inTime } from '../../internal/deadline.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import type { App, State } from '../../types.ts'
import { authorizationOf, withAuthorization } from './auth.ts'
import { encodeBody } from './bodies.ts'
import { CookieJar } from './cookiejar.ts'
import { WebSocketDenied } from './denial.ts'
import { exchange, type TestResponse } from './exchange.ts'
import { Lateness } from './lateness.ts'
import { Link } from './link.ts'
import type { TestClientOptions, TestRequestOptions, TestWebSocketOptions } from './options.ts'
import { type ExchangeMessage, recording } from './recording.ts'
import { becomesGet, locationOf, redirectOptions, targetOf } from './redirects.ts'
import { Running } from './running.ts'
import { httpScope, mergedHeaders, resolve, websocketScope } from './scopes.ts'
import { TestWebSocket } from './socket.ts'

const MOST_REDIRECTS = 20

/** The requests of one client. */
export class Session {
  readonly cookies: CookieJar = new CookieJar()
  /** The fields of every request. */
  readonly headers: Headers
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
    this.headers = Headers.from(options.headers)
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
    knownOptions(
      'testClient: request',
      options,
      'headers body json signal followRedirects scope auth cookies timeout record',
    )
    const follows = options.followRedirects ?? this.#options.followRedirects ?? true
    let url = resolve(target, this.#base)
    let [verb, request] = [method, withAuthorization(options)]
    for (let hops = 0; ; hops++) {
      const response = await this.#send(verb, url, request)
      const location = locationOf(response)
      if (!follows || location === null) {
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
      url = targetOf(location, from)
      const dropsBody = becomesGet(verb, response.status)
      if (dropsBody) verb = 'GET'
      request = redirectOptions(request, dropsBody, url.origin === from.origin)
    }
  }

  async fetch(input: string | URL | globalThis.Request, init?: RequestInit): Promise<TestResponse> {
    const isRequest = input instanceof globalThis.Request
    const request = new globalThis.Request(isRequest ? input : resolve(input, this.#base), init)
    const { method, url, headers, signal, redirect } = request
    const response = await this.follow(method, url, {
      headers: [...headers],
      body: request.body === null ? null : new Uint8Array(await request.arrayBuffer()),
      signal,
      ...(redirect === 'follow' ? {} : { followRedirects: false }),
    })
    const location = locationOf(response)
    if (redirect !== 'error' || location === null) return response
    await response.body?.cancel() // it is not read
    throw new TypeError(
      `fetch: ${url} redirects to ${location}, redirect: 'error' was given. Leave it out to follow redirects.`,
    )
  }

  async #send(method: string, url: URL, options: TestRequestOptions): Promise<TestResponse> {
    const keepsCookies = options.cookies ?? true
    const headers = this.#headersFor(url, options.headers, keepsCookies)
    headers.setDefault('accept', '*/*')
    const body = await encodeBody(options, headers)
    const { app, signal, onDraining } = this.#running.begin(this.#app)
    const { timeout = this.#options.timeout, record = this.#options.record } = options
    const late = new Lateness(`${method} ${url.pathname}`, timeout)
    const messages: ExchangeMessage[] = []
    const signals = [signal, late.signal, options.signal].filter((one) => one !== undefined)
    const answer = exchange({
      app: recording(record ? messages : undefined, late.watching(app)),
      onDraining,
      scope: { ...httpScope(method, url, headers, this.#options, this.#state), ...options.scope },
      body,
      signals,
      raiseServerExceptions: this.#options.raiseServerExceptions ?? true,
    })
    const response = await late.until(answer)
    if (keepsCookies) this.#keepCookies(response, url)
    return Object.assign(response, { messages })
  }

  #headersFor(url: URL, own: HeadersInit | undefined, keepsCookies = true): Headers {
    const headers = mergedHeaders(this.headers, own)
    const { auth } = this.#options
    if (auth !== undefined && url.origin === this.#base.origin) {
      headers.setDefault('authorization', authorizationOf(auth))
    }
    const cookies = keepsCookies ? this.cookies.fieldFor(url) : ''
    if (cookies !== '') headers.setDefault('cookie', cookies)
    return headers
  }

  async websocket(
    target: string | URL,
    options: TestWebSocketOptions = {},
  ): Promise<TestWebSocket> {
    knownOptions('testClient: websocket', options, 'subprotocols headers timeout scope record')
    const { subprotocols = [], headers: own, timeout = 5_000, scope } = options
    const url = resolve(target, this.#base)
    url.protocol = url.protocol.replace('ws', 'http')
    const headers = this.#headersFor(url, own)
    for (const [name, value] of UPGRADE) headers.setDefault(name, value)
    if (subprotocols.length > 0) {
      headers.setDefault('sec-websocket-protocol', subprotocols.join(', '))
    }
    const { app, signal } = this.#running.begin(this.#app)
    const messages: ExchangeMessage[] = []
    const isRecorded = options.record ?? this.#options.record ?? false
    const link = new Link({
      app: recording(isRecorded ? messages : undefined, app),
      scope: {
        ...websocketScope(url, headers, subprotocols, this.#options, this.#state),
        ...scope,
      },
      raiseServerExceptions: this.#options.raiseServerExceptions ?? true,
    })
    signal.addEventListener('abort', () => link.leave(1001, ''), { once: true })
    return this.#connect(link, url, timeout, messages)
  }

  async #connect(
    link: Link,
    url: URL,
    timeout: number,
    messages: readonly ExchangeMessage[],
  ): Promise<TestWebSocket> {
    try {
      const accepted = await inTime(link.answer, timeout, () => {
        link.leave(1006, '')
        return new Error(
          `testClient: the app has not answered the handshake within ${timeout} ms. Accept or close the websocket, or pass another timeout.`,
        )
      })
      const socket = new TestWebSocket(link, accepted, timeout, messages)
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
