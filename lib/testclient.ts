/** Talks to an app without a server: fetch-shaped requests, real streaming, a cookie jar. */
import { encodeText } from './bytes.ts'
import { Headers, type HeadersInit } from './headers.ts'
import { lint } from './middleware/lint.ts'
import { type LifespanMode, startLifespan } from './servers/lifespan.ts'
import { CookieJar } from './testclient/cookiejar.ts'
import { exchange, type TestResponse } from './testclient/exchange.ts'
import { Running } from './testclient/running.ts'
import type { Address, App, HTTPScope, State } from './types.ts'

export interface TestClientOptions {
  /** What URLs begin with, its path included, unless they are absolute ('http://testserver'). */
  baseUrl?: string
  /** Throw what the app throws, instead of seeing its 500 (true). */
  raiseServerExceptions?: boolean
  /** Follow redirects (true). */
  followRedirects?: boolean
  /** Fields for every request (none). */
  headers?: HeadersInit
  /** Cookies to begin with, by name (none). */
  cookies?: Readonly<Record<string, string>>
  /** The address that the app sees ({ host: 'testclient', port: 50000 }). */
  client?: Address | null
  /** The prefix that the app sees as dealt with (''). */
  rootPath?: string
  /** Whether the lifespan is run ('auto'). */
  lifespan?: LifespanMode
  /** Check every message against the contract (true). */
  lint?: boolean
}

export interface TestRequestOptions {
  headers?: HeadersInit
  /** Text, bytes, a form, or a stream, which is sent in chunks. */
  body?: BodyInit | AsyncIterable<string | Uint8Array> | null
  /** A value to send as JSON instead of a body. */
  json?: unknown
  /** Goes away when it aborts, as a client that closes its connection. */
  signal?: AbortSignal
  /** Instead of the client's setting. */
  followRedirects?: boolean
  /** Keys to put into the scope as they are, for what no URL can say. */
  scope?: Partial<HTTPScope>
}

/** Requests by method; each gives a fetch response. */
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
  readonly cookies: CookieJar
  /** What the lifespan yielded; undefined without one. */
  readonly state: State | undefined
  /** Leaves what has not been answered to its end, and runs the app's shutdown. */
  readonly close: () => Promise<void>
}

const MOST_REDIRECTS = 20

/**
 * Starts an app's lifespan and gives a client for it; `await using` closes both.
 *
 * @throws Error when the startup fails.
 * @example
 * await using client = await testClient(app)
 * const response = await client.get('/users/7')
 */
export async function testClient(app: App, options: TestClientOptions = {}): Promise<TestClient> {
  const checked = options.lint === false ? app : lint()(app)
  const lifespan = await startLifespan(checked, options.lifespan ?? 'auto')
  const session = new Session(checked, options, lifespan.state)
  const by = (method: string) => (url: string | URL, request?: TestRequestOptions) =>
    session.follow(method, url, request)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    closing ??= session.running.leave().finally(lifespan.stop)
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
    cookies: session.cookies,
    state: lifespan.state,
    close,
    [Symbol.asyncDispose]: close,
  }
}

class Session {
  readonly cookies = new CookieJar()
  readonly running = new Running()
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
      await response.body?.cancel() // nobody is going to read it
      const from = url
      url = new URL(location, from)
      const dropsBody = becomesGet(verb, response.status)
      if (dropsBody) verb = 'GET'
      request = redirected(request, dropsBody, url.origin === from.origin)
    }
  }

  /** A path is one below that of the base URL; `//admin` is one too, and no host. */
  #resolve(target: string | URL): URL {
    const isPath = typeof target === 'string' && target.startsWith('/')
    return new URL(isPath ? `.${target}` : target, this.#base)
  }

  async #send(method: string, url: URL, options: TestRequestOptions): Promise<TestResponse> {
    const headers = Headers.from(this.#options.headers)
    const own = Headers.from(options.headers)
    for (const name of own.keys()) headers.delete(name)
    for (const [name, value] of own) headers.append(name, value)
    headers.setDefault('user-agent', 'testclient')
    headers.setDefault('accept', '*/*')
    const cookies = this.cookies.fieldFor(url)
    if (cookies !== '') headers.setDefault('cookie', cookies)
    const body = await encodeBody(options, headers)
    const { app, signal } = this.running.begin(this.#app)
    const response = await exchange({
      app,
      scope: { ...this.#scope(method, url, headers), ...options.scope },
      body,
      signals: options.signal === undefined ? [signal] : [signal, options.signal],
      raiseServerExceptions: this.#options.raiseServerExceptions ?? true,
    })
    for (const field of response.headers.getSetCookie()) this.cookies.take(field, url)
    return response
  }

  #scope(method: string, url: URL, headers: Headers): HTTPScope {
    const { rootPath = '', client = { host: 'testclient', port: 50_000 } } = this.#options
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
    return {
      type: 'http',
      asgi: { version: '3.0', specVersion: '2.5' },
      httpVersion: '1.1',
      method,
      scheme: url.protocol.slice(0, -1),
      path: decodePath(url.pathname),
      rawPath: url.pathname,
      queryString: url.search.slice(1),
      rootPath,
      headers: headers.has('host') ? headers.list : ['host', url.host, ...headers.list],
      client,
      server: { host: url.hostname.replace(/^\[|\]$/g, ''), port },
      extensions: {
        'http.response.trailers': {},
        'http.response.early_hint': {},
        'http.response.debug': {},
      },
      ...(this.#state === undefined ? {} : { state: { ...this.#state } }),
    }
  }
}

/** As browsers do it (Fetch, section 4.4 step 12). */
function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD'
  return (status === 301 || status === 302) && method === 'POST'
}

/** A server answers such a target itself, by 400; no app ever sees it. */
function decodePath(rawPath: string): string {
  try {
    return decodeURIComponent(rawPath)
  } catch (cause) {
    throw new URIError(
      `testClient: the path has an escape that is no UTF-8, ${JSON.stringify(rawPath)} was given. Encode it, or pass scope: { path }.`,
      { cause },
    )
  }
}

/** What is asked of the next URL: no second body for a GET, no credentials for another origin. */
function redirected(
  { body, json, headers, ...rest }: TestRequestOptions,
  dropsBody: boolean,
  isSameOrigin: boolean,
): TestRequestOptions {
  const kept = Headers.from(headers)
  if (dropsBody) for (const name of OF_BODIES) kept.delete(name)
  if (!isSameOrigin) for (const name of OF_ORIGINS) kept.delete(name)
  if (dropsBody) return { ...rest, headers: kept }
  if (isStream(body)) {
    throw new TypeError(
      'testClient: a redirect asks for the body again, but a stream was given. Pass followRedirects: false, or a whole body.',
    )
  }
  return { ...rest, headers: kept, ...(body === undefined ? {} : { body }), json }
}

const OF_BODIES = ['content-type', 'content-length', 'content-encoding', 'transfer-encoding']
const OF_ORIGINS = ['authorization', 'cookie', 'host']

/** The body as a stream; what has a length says so, what has none is chunked. */
async function encodeBody(
  { body, json }: TestRequestOptions,
  headers: Headers,
): Promise<ReadableStream<Uint8Array> | null> {
  if (json !== undefined) headers.setDefault('content-type', 'application/json')
  const content = json === undefined ? body : encodeText(JSON.stringify(json))
  if (content === undefined || content === null) return null
  if (isStream(content)) {
    headers.setDefault('transfer-encoding', 'chunked')
    return toStream(content)
  }
  const whole = new globalThis.Response(content as BodyInit)
  const type = whole.headers.get('content-type')
  if (type !== null) headers.setDefault('content-type', type)
  const bytes = new Uint8Array(await whole.arrayBuffer())
  headers.setDefault('content-length', String(bytes.byteLength))
  return toStream([bytes])
}

type Parts = Iterable<Uint8Array> | AsyncIterable<string | Uint8Array>

function isStream(content: unknown): content is AsyncIterable<string | Uint8Array> {
  return typeof content === 'object' && content !== null && Symbol.asyncIterator in content
}

function toStream(parts: Parts): ReadableStream<Uint8Array> {
  const iterator = (async function* () {
    yield* parts
  })()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(typeof value === 'string' ? encodeText(value) : value)
    },
    cancel: () => iterator.return(undefined).then(() => {}),
  })
}
