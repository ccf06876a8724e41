/** The fetch request of a scope, whose parts are made when they are asked for. */

import { ClientDisconnected } from '../../exceptions.ts'
import { toFetchHeaders } from '../../http/fetchheaders.ts'
import { handled } from '../../internal/handled.ts'
import type { HTTPScope, Receive } from '../../types.ts'
import { hasBody, readBody, streamBody } from './body.ts'
import { standIn } from './lazyrequest.ts'

const decoder = new TextDecoder()

/**
 * A `Request` by its prototype: what is often asked for is answered from the scope, everything else
 * by a real one, made then. That takes 7 µs, a fifth of a small exchange.
 *
 * Node up to 22 takes it wherever a real one is taken. Later, `fetch` and its constructor look for
 * fields that only a real one can have: they get `request.clone()`.
 */
export class LazyRequest {
  readonly #url: string
  readonly #scope: HTTPScope
  readonly #receive: Receive
  #headers: globalThis.Headers | undefined
  #gone: AbortController | undefined
  /** What the body became: a stream, or gone to whoever asked for the whole. */
  #body: ReadableStream<Uint8Array<ArrayBuffer>> | 'read' | undefined
  #real: globalThis.Request | undefined

  constructor(scope: HTTPScope, receive: Receive, url: string) {
    this.#url = url
    this.#scope = scope
    this.#receive = receive
  }

  /** A real request; what was made before stays the same. */
  static toReal(request: LazyRequest): globalThis.Request {
    request.#real ??= request.#make()
    return request.#real
  }

  get method(): string {
    return this.#scope.method
  }

  get url(): string {
    return this.#url
  }

  get headers(): globalThis.Headers {
    this.#headers ??= this.#real?.headers ?? toFetchHeaders(this.#scope.headers)
    return this.#headers
  }

  get signal(): AbortSignal {
    if (this.#gone === undefined) {
      const controller = new AbortController()
      this.#gone = controller
      this.#scope.onDisconnect?.(() => controller.abort(new ClientDisconnected()))
    }
    return this.#gone.signal
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#real !== undefined) return this.#real.body
    if (this.#body === 'read' || !hasBody(this.#scope)) return null
    this.#body ??= streamBody(this.#receive)
    return this.#body
  }

  get bodyUsed(): boolean {
    return this.#body === 'read' || (this.#real?.bodyUsed ?? false)
  }

  /** What a new one made of it asks for, which has a stream as its body. */
  get duplex(): 'half' {
    return 'half'
  }

  text(): Promise<string> {
    return handled(this.#text())
  }

  async #text(): Promise<string> {
    return this.#isUntouched ? decoder.decode(await this.#read()) : LazyRequest.toReal(this).text()
  }

  json(): Promise<unknown> {
    return handled(this.#json())
  }

  async #json(): Promise<unknown> {
    return JSON.parse(await this.#text())
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return handled(this.#arrayBuffer())
  }

  async #arrayBuffer(): Promise<ArrayBuffer> {
    if (!this.#isUntouched) return LazyRequest.toReal(this).arrayBuffer()
    const bytes = await this.#read()
    const isAll = bytes.byteLength === bytes.buffer.byteLength
    return isAll ? bytes.buffer : new Uint8Array(bytes).buffer
  }

  blob(): Promise<Blob> {
    return handled(this.#blob())
  }

  async #blob(): Promise<Blob> {
    return this.#isUntouched ? (await this.#whole()).blob() : LazyRequest.toReal(this).blob()
  }

  formData(): Promise<FormData> {
    return handled(this.#formData())
  }

  async #formData(): Promise<FormData> {
    return this.#isUntouched
      ? (await this.#whole()).formData()
      : LazyRequest.toReal(this).formData()
  }

  /** The body in one piece: the runtime would keep each part that a stream gives it. */
  async #whole(): Promise<globalThis.Response> {
    const type = this.headers.get('content-type')
    return new globalThis.Response(
      await this.#read(),
      type === null ? {} : { headers: { 'content-type': type } },
    )
  }

  /** Whether nobody has seen the body yet, so that the short way is open. */
  get #isUntouched(): boolean {
    return this.#body === undefined && this.#real === undefined && hasBody(this.#scope)
  }

  #read(): Promise<Uint8Array<ArrayBuffer>> {
    this.#body = 'read'
    return readBody(this.#receive)
  }

  #make(): globalThis.Request {
    const { method, headers, signal, body, url } = this
    if (this.#body !== 'read') return realRequest(url, { method, headers, signal, body })
    // As used up as this one is.
    const used = realRequest(url, { method, headers, signal, body: 'gone' })
    used.body?.cancel().catch(() => {})
    return used
  }
}

type Init = Omit<RequestInit, 'body'> & { readonly body: BodyInit | null }

/** Types do not know `duplex`, without which a stream is refused. */
function realRequest(url: string, { body, ...init }: Init): globalThis.Request {
  return new globalThis.Request(
    url,
    body === null ? init : ({ ...init, body, duplex: 'half' } as RequestInit),
  )
}

/** A real request at once. */
export function eagerRequest(scope: HTTPScope, receive: Receive, url: string): globalThis.Request {
  return LazyRequest.toReal(new LazyRequest(scope, receive, url))
}

let prepared = false

/** One that is real once somebody needs it to be. */
export function lazyRequest(scope: HTTPScope, receive: Receive, url: string): globalThis.Request {
  if (!prepared) {
    const sample = new globalThis.Request('http://localhost')
    standIn(LazyRequest.prototype, globalThis.Request.prototype, sample, LazyRequest.toReal)
    prepared = true
  }
  // By its prototype and its delegates it is one.
  return new LazyRequest(scope, receive, url) as unknown as globalThis.Request
}
