/** The request that a handler looks at. */
import { Body, bodyOf } from './body.ts'
import { Connection } from './connections.ts'
import { ClientDisconnected, HTTPException } from './exceptions.ts'
import type { FormSource } from './forms/read.ts'
import type { Form, FormOptions, Part, PartsOptions } from './forms.ts'
import { mediaTypeOf } from './http/mediatypes.ts'
import { handled, handledSteps } from './internal/handled.ts'
import { brand } from './types/brand.ts'
import { type HTTPScope, type Receive, SENT, type Send } from './types.ts'

export interface BodyOptions {
  /** The most bytes to accept (10 MB, or what `bodyLimit()` set); more is answered by 413. */
  maxSize?: number
}

export interface JSONOptions extends BodyOptions {
  /** Accept any content type, or none (false). */
  anyContentType?: boolean
}

const lenient = new TextDecoder()
const strict = new TextDecoder('utf-8', { fatal: true })

/**
 * A view on an http scope, and the reader of its body.
 *
 * The types of `pathParams` and `state` are parameters; a handler gets the first from its path.
 *
 * @example
 * const app: App = async (scope, receive, send) => {
 *   if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
 *   const request = new Request(scope, receive)
 *   await new PlainTextResponse(`hello ${request.url.pathname}`).respond(scope, receive, send)
 * }
 */
export class Request<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
> extends Connection<Params, State> {
  static {
    brand(Request, 'Request')
  }

  declare readonly scope: HTTPScope
  /** The raw channels, for apps that this request is handed on to. */
  readonly receive: Receive
  readonly send: Send
  #body: Body | undefined
  #form: Promise<Form> | undefined
  #openForm: Form | undefined
  #closed = false
  #gone: AbortController | undefined
  #isHandling = false
  #draining: AbortController | undefined

  constructor(scope: HTTPScope, receive: Receive = noChannel, send: Send = noChannel) {
    super(scope)
    this.receive = receive
    this.send = send
  }

  get method(): string {
    return this.scope.method
  }

  get #reader(): Body {
    const { scope, receive } = this
    this.#body ??= receive === noChannel ? new Body(scope, receive) : bodyOf(scope, receive)
    return this.#body
  }

  /**
   * The whole body; kept, so that it can be read again in any form.
   *
   * @throws HTTPException 413 when it is larger than the limit, whatever its length claims.
   * @throws ClientDisconnected when the client goes before it is complete.
   * @throws TypeError when parts of it are gone, since `stream()`, `parts()` or a multipart `form()`
   * has read them.
   */
  bytes(options: BodyOptions = {}): Promise<Uint8Array> {
    return this.#reader.bytes(options.maxSize)
  }

  /** The whole body as UTF-8 text; invalid UTF-8 becomes U+FFFD. Throws as `bytes()` does. */
  text(options: BodyOptions = {}): Promise<string> {
    return handled(this.#text(options))
  }

  async #text(options: BodyOptions): Promise<string> {
    return lenient.decode(await this.bytes(options))
  }

  /**
   * The body parsed as JSON.
   *
   * Only `application/json` and types that end in `+json` are taken: another site's page can send
   * a form or plain text with the user's cookies, but not these (CVE-2021-32677).
   *
   * @throws HTTPException 415 for another content type, 400 when it is no JSON in UTF-8; and as
   * `bytes()` does.
   */
  json(options: JSONOptions = {}): Promise<unknown> {
    return handled(this.#json(options))
  }

  async #json(options: JSONOptions): Promise<unknown> {
    if (!options.anyContentType && !isJSON(this.headers.get('content-type'))) {
      throw new HTTPException(415, 'The request body must be of the type application/json.')
    }
    const bytes = await this.bytes(options)
    try {
      return JSON.parse(strict.decode(bytes))
    } catch (cause) {
      throw new HTTPException(400, 'The request body is not valid JSON.', { cause })
    }
  }

  /**
   * The body as it arrives; nothing is read before the first part is asked for.
   *
   * @throws TypeError at once when it was already streamed; while reading, as `bytes()` does.
   */
  stream(options: BodyOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#reader.stream(options.maxSize)
  }

  /**
   * The body as a form, urlencoded or multipart; kept, so that it can be asked for again. With any
   * other content type it is empty, and nothing is read.
   *
   * Files up to 1 MiB are held in memory, larger ones in a temporary file. They go when the request
   * ends: after the response and its background work, however it went. In an app without a Route
   * around it, that is yours to do: `await using form = await request.form()`.
   *
   * @throws HTTPException 413 when it passes one of the limits in `FormOptions`, 400 when it cannot be
   * read to its end, 415 when it has a Content-Encoding.
   * @throws ClientDisconnected when the client goes before it is complete.
   * @throws TypeError when the body was already read by `stream()` or `parts()`.
   * @throws RangeError for a limit that is no number.
   * @example
   * Route('/contact', async (request) => {
   *   const form = await request.form({ maxFields: 10 })
   *   return new PlainTextResponse(`Thank you, ${form.text('name') ?? 'stranger'}.`)
   * }, { methods: ['POST'] })
   */
  form(options: FormOptions = {}): Promise<Form> {
    this.#form ??= handled(this.#readForm(options))
    return this.#form
  }

  async #readForm(options: FormOptions): Promise<Form> {
    // Loaded with the first form: the parser, and the file system behind it.
    const { readForm } = await import('./forms/read.ts')
    const form = await readForm(this.#formSource, options)
    if (this.#closed) await form.close()
    this.#openForm = form
    return form
  }

  /**
   * The parts of a multipart body as they arrive, to be read one after the other; nothing is held or
   * written anywhere. Parts that are not read are skipped, and the loop may be left.
   *
   * The body may have 100 MB, or what `bodyLimit()` set, unless `maxSize` says otherwise.
   *
   * Throws as `form()` does, and HTTPException 415 for another content type.
   *
   * @example
   * Route('/archive', async (request) => {
   *   const stored: string[] = []
   *   for await (const part of request.parts({ maxSize: 5_000_000_000 })) {
   *     if (part.filename === null) stored.push(`${part.name} = ${await part.text()}`)
   *     else for await (const bytes of part.stream()) stored.push(`${bytes.byteLength} bytes`)
   *   }
   *   return new JSONResponse(stored)
   * }, { methods: ['POST'] })
   */
  parts(options: PartsOptions = {}): AsyncGenerator<Part, void, undefined> {
    return handledSteps(this.#parts(options))
  }

  async *#parts(options: PartsOptions): AsyncGenerator<Part, void, undefined> {
    const { readParts } = await import('./forms/read.ts')
    yield* readParts(this.#formSource, options)
  }

  get #formSource(): FormSource {
    const contentType = this.headers.get('content-type')
    const contentEncoding = this.headers.get('content-encoding')
    return { contentType, contentEncoding, body: this.#reader, maxBodySize: this.scope.maxBodySize }
  }

  /**
   * Lets go of what the request holds, the files of its form above all; done by the route around the
   * handler, or the middleware, that the request was made for.
   */
  close(): Promise<void> {
    this.#closed = true
    // A form that is still being read is closed once it is.
    return this.#openForm?.close() ?? SENT
  }

  /**
   * A `receive` for an app behind this request, which gets the body even if `bytes()`, `text()` or
   * `json()` has read it here. It rejects if parts of the body are gone, since `stream()`, `parts()` or
   * a multipart `form()` has read them: call `bytes()` before these to keep the body.
   *
   * @example
   * const audit: Middleware = (app) => async (scope, receive, send) => {
   *   if (scope.type !== 'http') return app(scope, receive, send)
   *   const request = new Request(scope, receive, send)
   *   console.debug((await request.bytes()).byteLength)
   *   await app(scope, request.replay(), send)
   * }
   */
  replay(): Receive {
    return this.#reader.replay()
  }

  /**
   * Aborted if the client leaves before the response is complete, or if a middleware answers
   * `http.disconnect` to `receive` while the handler runs. Its reason is a ClientDisconnected, which no
   * log reports.
   *
   * The body of a request that announced none is read for it.
   *
   * @example
   * const answer = await fetch(upstream, { signal: request.signal })
   */
  get signal(): AbortSignal {
    if (this.#gone === undefined) {
      this.#gone = new AbortController()
      this.#watch(this.#gone)
    }
    return this.#gone.signal
  }

  /**
   * Aborted when the server begins to close, before it waits for what is open: for long polls and other
   * answers that would hold it up. Never, where the server does not tell by `scope.onDraining`.
   *
   * @example
   * const either = AbortSignal.any([request.signal, request.draining])
   * const answer = await fetch(upstream, { signal: either })
   */
  get draining(): AbortSignal {
    if (this.#draining !== undefined) return this.#draining.signal
    const controller = new AbortController()
    this.#draining = controller
    this.scope.onDraining?.(() => controller.abort())
    return controller.signal
  }

  /** Whether the client has gone; does not wait and does not read the body. */
  async isDisconnected(): Promise<boolean> {
    const { signal } = this
    // Lets an answer through that is ready, where `receive` is all there is to ask.
    await null
    return signal.aborted
  }

  /**
   * The server tells of its client by `onDisconnect`. What `receive` tells counts while the handler
   * runs: once the response is complete, it is told of a disconnect too.
   */
  #watch(controller: AbortController): void {
    const abort = (): void => controller.abort(new ClientDisconnected())
    const { onDisconnect } = this.scope
    onDisconnect?.(abort)
    if (this.receive === noChannel) return
    const listener = (): void => {
      if (this.#isHandling || onDisconnect === undefined) abort()
    }
    // A raw app may ask `receive` itself.
    const asking = onDisconnect === undefined ? 'after the body' : 'never'
    this.#reader.onGone(listener, this.#isHandling ? 'at once' : asking)
  }

  /** Tells that the handler of this request runs, or has answered; called by the route around it. */
  handling(isHandling: boolean): void {
    this.#isHandling = isHandling
  }

  /** A `receive` for an app that a handler gives as its answer: with what was read of the body. */
  get rest(): Receive {
    return this.#body?.isTouched ? this.replay() : this.receive
  }
}

function isJSON(contentType: string | null): boolean {
  if (contentType === 'application/json') return true
  return /^application\/(?:[a-z0-9!#$&^_.+-]+\+)?json$/.test(mediaTypeOf(contentType))
}

function noChannel(): never {
  throw new TypeError(
    'request: it was made without receive or send, so it has no body. Pass them to new Request(scope, receive, send).',
  )
}
