/** A client to test an app without a server: fetch-like requests, real streaming, a cookie jar. */
import { overriding } from '../dependencies.ts'
import type { Headers } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { startLifespan } from '../lifespan/start.ts'
import { assertApp } from '../protocol/options.ts'
import type { App, State } from '../types.ts'
import type { CookieJar } from './client/cookiejar.ts'
import { WebSocketDenied } from './client/denial.ts'
import type { TestResponse } from './client/exchange.ts'
import type {
  TestClientOptions,
  TestRequestOptions,
  TestWebSocketOptions,
} from './client/options.ts'
import { Session } from './client/session.ts'
import { TestWebSocket } from './client/socket.ts'
import { lint } from './lint.ts'

export {
  assertHeader,
  assertJSON,
  assertRedirect,
  assertStatus,
  assertText,
  TestAssertionError,
} from './assertions.ts'
export {
  type MakeRequestOptions,
  type MakeScopeOptions,
  makeRequest,
  makeScope,
} from './client/making.ts'
export type { TestAuth } from './client/options.ts'
export type { ExchangeMessage } from './client/recording.ts'
export { type PlaywrightRoute, playwrightRoute } from './playwright.ts'
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
  /** Sends a request with any method. */
  readonly request: (
    method: string,
    url: string | URL,
    options?: TestRequestOptions,
  ) => Promise<TestResponse>
  /**
   * Has the signature of the global `fetch`. Pass it to code that takes such a function: a client of
   * `stellula/client`, an SDK. The body is sent as a whole.
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
  /** The header fields of every request. They can be changed at any time. */
  readonly headers: Headers
  /** The state that the lifespan yielded; undefined without one. */
  readonly state: State | undefined
  /** Ends event streams, aborts pending requests, closes websockets, and runs the app's shutdown. */
  readonly close: () => Promise<void>
}

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
    'baseUrl raiseServerExceptions followRedirects headers cookies client rootPath lifespan overrides lint auth timeout record',
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
    headers: session.headers,
    state: lifespan.state,
    close,
    [Symbol.asyncDispose]: close,
  }
}
