/** A client whose types are those of the server, without its code: it imports nothing else. */
import { pairsOf, pathOf, textOf } from './client/address.ts'
import { receivedBody, type SentBodies, sentBody } from './client/bodies.ts'
import type { AnyApi, Api, CallsFor, SocketsFor } from './client/calls.ts'
import { ClientError } from './client/error.ts'
import type { AnswerOf, StatusOf } from './client/receiving.ts'
import type { ArgumentsOf } from './client/sending.ts'

export type { AnyApi, Api, ApiOf, Call, Calls, Sockets } from './client/calls.ts'
export { ClientError } from './client/error.ts'
export type { Jsonified } from './client/json.ts'
export type { AnswerOf, ClientAnswer, OtherStatus, ReceivedBody } from './client/receiving.ts'
export type { ArgumentsOf, Bytes, CallOptions, OptionsOf } from './client/sending.ts'
export type { ReceivedEvent } from './client/streams.ts'

type FetchHeaders = ConstructorParameters<typeof globalThis.Headers>[0]
type FetchRequest = globalThis.Request
type FetchResponse = globalThis.Response

/** The options of a client: how it sends requests, and values for every request. */
export interface ClientOptions {
  /** Sends a request (the global `fetch`). `testClient(app).fetch` calls an app in this process. */
  readonly fetch?: (request: FetchRequest) => Promise<FetchResponse>
  /** Header fields of each request, or a function that finds them (none). */
  readonly headers?: FetchHeaders | (() => FetchHeaders | Promise<FetchHeaders>)
  /** Aborts all requests (none). */
  readonly signal?: AbortSignal
  /** Called with each request before it is sent; may return another request (none). */
  readonly onRequest?: (request: FetchRequest) => Awaitable<FetchRequest | undefined>
  /** Called with each response before its body is read; may return another response (none). */
  readonly onResponse?: (
    response: FetchResponse,
    request: FetchRequest,
  ) => Awaitable<FetchResponse | undefined>
}

// biome-ignore lint/suspicious/noConfusingVoidType: the type of a function without a return
type Awaitable<Value> = Value | void | Promise<Value | void>

/** The path parameters, query and subprotocols of a websocket. */
export interface SocketOptions {
  /** The values of the parameters in the path (none). */
  readonly params?: Readonly<Record<string, unknown>>
  /** The query parameters by name (none). */
  readonly query?: object
  /** The subprotocols to offer, best first (none). */
  readonly protocols?: string | string[]
}

/** Calls the operations of an API, each by its method and path. */
export interface Client<Described extends Api | AnyApi, Known = CallsFor<Described>> {
  <Key extends keyof Known & string, const Expected extends number = never>(
    key: Key,
    ...options: ArgumentsOf<Known[Key], Expected & StatusOf<Known[Key]>>
  ): Promise<AnswerOf<Known[Key], Expected>>
  /** Opens a websocket to one of the websocket routes. */
  readonly socket: (path: SocketsFor<Described>, options?: SocketOptions) => globalThis.WebSocket
}

const OPTIONS = /^(fetch|headers|signal|onRequest|onResponse)$/

/** The options of a call, without their exact types. */
interface AnyCallOptions extends SentBodies {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: object
  readonly headers?: object
  readonly signal?: AbortSignal
  readonly expect?: readonly number[]
  readonly contentType?: string
}

/**
 * Makes a client for an API in this or another process. Its types are those of the API's operations.
 *
 * A call is identified by its method and path. Its options are `params`, `query`, `headers` and one body:
 * `body` for JSON, `form`, `multipart`, `text` or `bytes`. It resolves to an answer, whose `status`
 * determines the type of its `body`. With `expect`, all other statuses throw a ClientError.
 *
 * @param base The URL of the API. In a browser it may be relative, and is `''` for the origin of the page.
 * @throws TypeError if the base is missing, or an option is unknown; when called, if the base is relative
 * where there is no page.
 * @example
 * const api = [
 *   Route('/users/{id:int}', {
 *     get: operation({ responses: { 200: z.object({ id: z.int() }), 404: Problem } }, ({ params }) =>
 *       params.id === 7 ? reply(200, params) : reply(404, { title: 'No such user' }),
 *     ),
 *   }),
 * ] as const
 * await using test = await testClient(Application({ routes: api }))
 * const call = client<typeof api>('http://testserver', { fetch: test.fetch })
 * const answer = await call('GET /users/{id:int}', { params: { id: 7 } })
 * if (answer.status === 200) console.assert(answer.body.id === 7)
 */
export function client<Described extends Api | AnyApi = []>(
  base: string | URL,
  options: ClientOptions = {},
): Client<Described> {
  const unknown = Object.keys(options).find((name) => !OPTIONS.test(name))
  if (unknown !== undefined) {
    throw new TypeError(
      `client: the options are fetch, headers, signal, onRequest and onResponse, ${unknown} was given. Check its name.`,
    )
  }
  if (base === undefined) throw wrongBase(base)
  const { fetch = globalThis.fetch, headers, signal, onRequest, onResponse } = options
  const urlOf = (path: string, { params, query }: AnyCallOptions): string => {
    const search = `${new URLSearchParams(pairsOf(query ?? {}) as [string, string][])}`
    const below = withoutSlash(`${base}`) + pathOf(path, params)
    // Without a page there is nothing that a relative URL is relative to. It is no error before the first
    // call, because a module that a server renders may only be called in the browser.
    if (!URL.canParse(below) && !globalThis.location) throw wrongBase(base)
    return search ? `${below}?${search}` : below
  }
  const call = async (key: string, given: AnyCallOptions = {}): Promise<object> => {
    const [method = '', path = ''] = key.split(/ (.*)/s)
    const fields = new globalThis.Headers(typeof headers === 'function' ? await headers() : headers)
    const [body, type] = sentBody(given)
    const own = given.contentType ?? type
    if (own !== undefined) fields.set('content-type', own)
    for (const [name, value] of Object.entries(given.headers ?? {})) {
      if (value !== undefined) fields.set(name, [value].flat().map(textOf).join(', '))
    }
    const signals = [signal, given.signal].filter((one) => one !== undefined)
    const init = { method, headers: fields, body, duplex: 'half', signal: AbortSignal.any(signals) }
    const made = new globalThis.Request(urlOf(path, given), init as RequestInit)
    const request = (await onRequest?.(made)) ?? made
    const first = await fetch(request)
    const response = (await onResponse?.(first, request)) ?? first
    const { status } = response
    const received = await receivedBody(response)
    if (given.expect?.includes(status) === false) {
      throw new ClientError(key, given.expect, received, response)
    }
    return { status, body: received, headers: response.headers, response }
  }
  const socket = (path: string, given: SocketOptions = {}): object =>
    new globalThis.WebSocket(urlOf(path, given).replace(/^http/, 'ws'), given.protocols)
  return Object.assign(call, { socket }) as unknown as Client<Described>
}

function wrongBase(base: unknown): TypeError {
  return new TypeError(
    `client: the base must be an absolute URL, ${JSON.stringify(base)} was given. Write client('https://example.org').`,
  )
}

function withoutSlash(base: string): string {
  return base.endsWith('/') ? base.slice(0, -1) : base
}
