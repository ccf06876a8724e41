/** The fetch request of a scope, whose parts are created on first use. */

import { ClientDisconnected } from '../../exceptions.ts'
import { toFetchHeaders } from '../../http/fetchheaders.ts'
import { handled } from '../../internal/handled.ts'
import type { HTTPScope, Receive } from '../../types.ts'
import { hasBody, readBody, streamBody } from './body.ts'
import { standIn } from './lazyrequest.ts'

const decoder = new TextDecoder()

/**
 * A `Request` by its prototype: common properties come from the scope, everything else from a real
 * request, created on first use. Creating that takes 7 µs, a fifth of a small exchange.
 *
 * Node up to 22 accepts it in place of a real one. Later versions check private fields in `fetch` and in
 * the constructor, so they need `request.clone()`.
 */
class LazyRequest {
  readonly #url: string
  readonly #scope: HTTPScope
  readonly #receive: Receive
  #headers: globalThis.Headers | undefined
  #gone: AbortController | undefined
  /** The state of the body: a stream, or read as a whole. */
  #body: ReadableStream<Uint8Array<ArrayBuffer>> | 'read' | undefined
  #real: globalThis.Request | undefined

  constructor(scope: HTTPScope, receive: Receive, url: string) {
    this.#url = url
    this.#scope = scope
    this.#receive = receive
  }

  /** The real request, created on the first call. */
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

  /** The constructor of requests reads this, because the body is a stream. */
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

  /** Reads the body at once: the runtime would keep each part of a stream. */
  async #whole(): Promise<globalThis.Response> {
    const type = this.headers.get('content-type')
    return new globalThis.Response(
      await this.#read(),
      type === null ? {} : { headers: { 'content-type': type } },
    )
  }

  /** Whether the body was not accessed yet. The fast path is then possible. */
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
    // The body of the new request is used, like the body of this one.
    const used = realRequest(url, { method, headers, signal, body: 'gone' })
    used.body?.cancel().catch(() => {})
    return used
  }
}

type Init = Omit<RequestInit, 'body'> & { readonly body: BodyInit | null }

/** `duplex` is missing in the types, but required for a stream. */
function realRequest(url: string, { body, ...init }: Init): globalThis.Request {
  return new globalThis.Request(
    url,
    body === null ? init : ({ ...init, body, duplex: 'half' } as RequestInit),
  )
}

/** Creates a real request at once. */
export function eagerRequest(scope: HTTPScope, receive: Receive, url: string): globalThis.Request {
  return LazyRequest.toReal(new LazyRequest(scope, receive, url))
}

let prepared = false

/** Creates a request that becomes real on demand. */
export function lazyRequest(scope: HTTPScope, receive: Receive, url: string): globalThis.Request {
  if (!prepared) {
    const sample = new globalThis.Request('http://localhost')
    standIn(LazyRequest.prototype, globalThis.Request.prototype, sample, LazyRequest.toReal)
    prepared = true
  }
  // Its prototype and delegates make it a Request.
  return new LazyRequest(scope, receive, url) as unknown as globalThis.Request
}
