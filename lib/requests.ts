/** The request that a handler receives. */
import { readForm, readParts } from '#forms'
import { Body, bodyOf, parseJSON } from './body.ts'
import { Connection } from './connections.ts'
import { assertUnencoded } from './exceptions/common.ts'
import { ClientDisconnected, HTTPException } from './exceptions.ts'
import type { FormSource } from './forms/read.ts'
import type { Form, FormOptions, Part, PartsOptions } from './forms.ts'
import { isJSON } from './http/mediatypes.ts'
import { handled, handledSteps } from './internal/handled.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { brand } from './types/brand.ts'
import { type HTTPScope, type Receive, SENT, type Send } from './types.ts'

export interface BodyOptions {
  /** The maximum size in bytes (10 MB, or the limit of `bodyLimit()`). A larger body gets 413. */
  maxSize?: number
}

export interface JSONOptions extends BodyOptions {
  /** Whether any content type is accepted, or a missing one (false). */
  anyContentType?: boolean
}

const lenient = new TextDecoder()

/**
 * A view of an HTTP scope, and the reader of its body.
 *
 * The type parameters are those of `pathParams` and `state`; a route derives the first from its path.
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
  /** The `receive` and `send` of the app, to call inner apps. */
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
   * Returns the whole body. It is kept, and can be read again in any form.
   *
   * @throws HTTPException 413 if it is larger than the limit, whatever its announced length.
   * @throws ClientDisconnected if the client disconnects before it is complete.
   * @throws TypeError if parts of it are gone because `stream()`, `parts()` or a multipart `form()` has
   * read them.
   */
  bytes(options?: BodyOptions): Promise<Uint8Array> {
    if (options !== undefined) knownOptions('request.bytes', options, 'maxSize')
    return handled(this.#reader.bytes(options?.maxSize))
  }

  /**
   * Returns the whole body as UTF-8 text. Invalid UTF-8 becomes U+FFFD. Throws as `bytes()` does. Throws
   * HTTPException 415 if the body has a Content-Encoding; the middleware `decompress()` removes it.
   */
  text(options?: BodyOptions): Promise<string> {
    return handled(this.#text(options))
  }

  async #text(options?: BodyOptions): Promise<string> {
    if (options !== undefined) knownOptions('request.text', options, 'maxSize')
    assertUnencoded(this.headers.get('content-encoding'))
    return lenient.decode(await this.#reader.bytes(options?.maxSize))
  }

  /**
   * Returns the body parsed as JSON.
   *
   * Only `application/json` and types that end in `+json` are accepted: pages of other sites can send
   * forms and plain text with the user's cookies, but not these (CVE-2021-32677).
   *
   * @throws HTTPException 415 if the content type is another one, or the body has a Content-Encoding,
   * which `decompress()` removes; 400 if it is not valid JSON in UTF-8; otherwise as `bytes()`.
   */
  json(options?: JSONOptions): Promise<unknown> {
    try {
      return handled(this.#jsonBytes(options).then(parseJSON))
    } catch (error) {
      return handled(Promise.reject(error))
    }
  }

  #jsonBytes(options: JSONOptions = {}): Promise<Uint8Array> {
    knownOptions('request.json', options, 'maxSize anyContentType')
    const { maxSize, anyContentType } = options
    if (!anyContentType && !isJSON(this.headers.get('content-type'))) {
      throw new HTTPException(415, 'The request body must be of the type application/json.')
    }
    assertUnencoded(this.headers.get('content-encoding'))
    return this.#reader.bytes(maxSize)
  }

  /**
   * Returns the parts of the body as they arrive. Reading starts when the first part is requested.
   *
   * @throws TypeError at once if it was streamed before; otherwise as `bytes()`, while it is read.
   */
  stream(options?: BodyOptions): AsyncGenerator<Uint8Array, void, undefined> {
    if (options !== undefined) knownOptions('request.stream', options, 'maxSize')
    return this.#reader.stream(options?.maxSize)
  }

  /**
   * Returns the body as a form, urlencoded or multipart. It is kept, and can be read again. With any other
   * content type the form is empty, and nothing is read.
   *
   * Files up to 1 MiB are held in memory, larger ones in a temporary file. They are deleted when the
   * request ends: after the response and its background tasks, even if these fail. In an app without a
   * Route, delete them yourself: `await using form = await request.form()`.
   *
   * @throws HTTPException 413 if it exceeds a limit of `FormOptions`, 400 if it is invalid or incomplete,
   * 415 if it has a Content-Encoding.
   * @throws ClientDisconnected if the client disconnects before it is complete.
   * @throws TypeError if `stream()` or `parts()` has read the body.
   * @throws RangeError if a limit is invalid.
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
    const form = await readForm(this.#formSource, options)
    if (this.#closed) await form.close()
    this.#openForm = form
    return form
  }

  /**
   * Returns the parts of a multipart body as they arrive, one after the other. Nothing is kept in memory
   * or on disk. Unread parts are skipped, and the loop may be left early.
   *
   * The default limit of the body is 100 MB, or that of `bodyLimit()`.
   *
   * Throws as `form()` does, and HTTPException 415 if the content type is another one.
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
    return handledSteps(readParts(this.#formSource, options))
  }

  get #formSource(): FormSource {
    const contentType = this.headers.get('content-type')
    const contentEncoding = this.headers.get('content-encoding')
    return { contentType, contentEncoding, body: this.#reader, maxBodySize: this.scope.maxBodySize }
  }

  /**
   * Releases the resources of the request, above all the files of its form. Called by the route or the
   * middleware that created the request.
   */
  close(): Promise<void> {
    this.#closed = true
    // A form that is still being read is closed afterwards.
    return this.#openForm?.close() ?? SENT
  }

  /**
   * Returns a `receive` for an inner app, which gets the body even if `bytes()`, `text()` or `json()` has
   * read it. It rejects if parts of the body are gone because `stream()`, `parts()` or a multipart
   * `form()` has read them: call `bytes()` before these to keep the body.
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
   * Aborts if the client disconnects before the response is complete, or if the `receive` of a middleware
   * returns `http.disconnect` while the handler runs. Its reason is a ClientDisconnected, which is not
   * logged.
   *
   * If the request announced no body, its (empty) body may be read to detect a disconnect.
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
   * Aborts when the server begins to close, before it waits for open requests. Use it for long polls,
   * which would delay the close. It never aborts if the server lacks `scope.onDraining`.
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

  /** Whether the client has disconnected. It does not wait, and does not read the body. */
  async isDisconnected(): Promise<boolean> {
    const { signal } = this
    // If `receive` is the only source, a message that is ready arrives during this.
    await null
    return signal.aborted
  }

  /**
   * The server reports disconnects by `onDisconnect`. A disconnect from `receive` is used only while the
   * handler runs, because it also follows a complete response.
   */
  #watch(controller: AbortController): void {
    const abort = (): void => controller.abort(new ClientDisconnected())
    const { onDisconnect } = this.scope
    onDisconnect?.(abort)
    if (this.receive === noChannel) return
    const listener = (): void => {
      if (this.#isHandling || onDisconnect === undefined) abort()
    }
    // A raw app may call `receive` itself.
    const asking = onDisconnect === undefined ? 'after the body' : 'never'
    this.#reader.onGone(listener, this.#isHandling ? 'at once' : asking)
  }

  /** Sets whether the handler of this request runs. Its route calls this. */
  handling(isHandling: boolean): void {
    this.#isHandling = isHandling
  }

  /** The `receive` for an app that a handler returns, including bytes that were already read. */
  get rest(): Receive {
    return this.#body?.isTouched ? this.replay() : this.receive
  }
}

function noChannel(): never {
  throw new TypeError(
    'request: it has no body, because it was made without receive or send. Pass them to new Request(scope, receive, send).',
  )
}
