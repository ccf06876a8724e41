/** The response that a handler returns, and the class that all others extend. */
import type { Background } from '../background.ts'
import { ClientDisconnected, UnsupportedProtocol } from '../exceptions.ts'
import { type CookieOptions, serializeCookie } from '../http/cookies.ts'
import { assertHeader, Headers, type HeadersInit } from '../http/headers.ts'
import { badStatus, isBodyless, isStatus } from '../http/status.ts'
import { encodeText, NO_BYTES } from '../internal/bytes.ts'
import { invalid, shown } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { brand } from '../types/brand.ts'
import {
  type App,
  type HTTPResponseStartMessage,
  type Receive,
  type Scope,
  SENT,
  type Send,
  type WebSocketDenialStartMessage,
} from '../types.ts'

export interface ResponseOptions {
  /** 200 to 599 (200). */
  status?: number
  /** More header fields; `content-type` and `content-length` override the computed ones (none). */
  headers?: HeadersInit
  /** The content type; `; charset=utf-8` is added to `text/*` (that of the class). */
  mediaType?: string
  /** Runs after the response was sent, or after the client has disconnected (unset). */
  background?: Background
}

const NO_OPTIONS: ResponseOptions = Object.freeze({})

/** A response of any class, with any content. */
export interface AnyResponse extends Response<never> {}

/**
 * A response with a status, headers and a whole body. It can be sent more than once.
 *
 * To make your own class, set `static mediaType` and override `render`.
 *
 * @throws RangeError if the status is invalid, TypeError if a header field or the content is.
 * @example
 * class CSVResponse extends Response<string[][]> {
 *   static override readonly mediaType = 'text/csv'
 *   override render(rows: string[][]): Uint8Array {
 *     return new TextEncoder().encode(rows.map((row) => row.join(',')).join('\n'))
 *   }
 * }
 */
export class Response<Content = string | Uint8Array | null | undefined> {
  static {
    brand(Response, 'Response')
  }

  /** The content type of this class (unset). */
  static readonly mediaType: string | undefined = undefined
  /** The encoding of `render`, for the content type of text. */
  static readonly charset: string = 'utf-8'

  status: number
  /** The header fields; they may be changed until the response is sent. */
  readonly headers: Headers
  background: Background | undefined
  /** The rendered content. */
  readonly body: Uint8Array

  /**
   * The names of its options, separated by spaces. If a class does not define it, its options are not
   * checked.
   */
  static readonly optionNames: string = 'status headers mediaType background'

  constructor(content?: Content, options: ResponseOptions = NO_OPTIONS) {
    if (options !== NO_OPTIONS) checkOptions(new.target, options)
    const { status = 200, mediaType = new.target.mediaType, headers } = options
    if (!isStatus(status)) throw badStatus(new.target.name, status)
    this.status = status
    this.background = options.background
    // A class that requires content must define its own constructor.
    this.body = this.render(content as Content)
    const length = this.hasLength && !isBodyless(status) ? String(this.body.byteLength) : undefined
    const type = mediaType === undefined ? undefined : contentType(mediaType, new.target.charset)
    this.headers =
      headers === undefined ? computedHeaders(length, type) : headersFrom(headers, length, type)
  }

  /** Whether the length is known before sending; false for streams. */
  protected get hasLength(): boolean {
    return true
  }

  /**
   * Encodes the content.
   *
   * @throws TypeError if the content is of another kind.
   */
  render(content: Content): Uint8Array {
    if (typeof content === 'string') return encodeText(content)
    if (content === undefined || content === null) return NO_BYTES
    if (content instanceof Uint8Array) return content
    const what = 'the content must be text or a Uint8Array'
    throw invalid(this.constructor.name, what, content, 'Use JSONResponse for objects')
  }

  /**
   * Sends this response. It is an app.
   *
   * Before a websocket is accepted, it refuses the handshake with this response.
   */
  respond(scope: Scope, _receive: Receive, send: Send): Promise<void> {
    if (scope.type === 'lifespan') return Promise.reject(new UnsupportedProtocol(scope.type))
    const sent = this.transmit(scope.type === 'http' ? RESPONSE : DENIAL, send, scope)
    return this.background === undefined ? sent : runAfter(sent, this.background)
  }

  /** Sends the messages. The types of the messages differ if a handshake is refused. */
  protected transmit(types: MessageTypes, send: Send, _scope: Scope): Promise<void> {
    const started = send(this.start(types))
    // Servers that accept the start at once return this promise, which saves a turn of the loop.
    return started === SENT ? this.#end(types, send) : started.then(() => this.#end(types, send))
  }

  #end(types: MessageTypes, send: Send): Promise<void> {
    const body = isBodyless(this.status) ? NO_BYTES : this.body
    return send({ type: types.body, body, moreBody: false })
  }

  /** The start message. Its list does not change if the fields are changed later. */
  protected start({ start }: MessageTypes): HTTPResponseStartMessage | WebSocketDenialStartMessage {
    return { type: start, status: this.status, headers: this.headers.list }
  }

  /**
   * Adds a `Set-Cookie` field.
   *
   * @throws TypeError if browsers would misread or drop the cookie.
   * @example
   * response.setCookie('theme', 'dark', { maxAge: 3600, secure: true, httpOnly: true })
   */
  setCookie(name: string, value: string, options?: CookieOptions): this {
    this.headers.append('set-cookie', serializeCookie(name, value, options))
    return this
  }

  /** Deletes a cookie; `path` and `domain` must be those it was set with. */
  deleteCookie(name: string, options?: CookieOptions): this {
    return this.setCookie(name, '', { ...options, maxAge: 0, expires: 0 })
  }
}

/** The static properties of a response class. */
interface ResponseClass {
  readonly name: string
  readonly optionNames: string
}

/**
 * Checks options by the names of the class itself; a subclass may have others.
 *
 * @throws TypeError if an option is unknown.
 */
function checkOptions(made: ResponseClass, options: object): void {
  if (!Object.hasOwn(made, 'optionNames')) return
  knownOptions(made.name, options as Record<string, unknown>, made.optionNames)
}

/** The types of the messages of a response. */
export interface MessageTypes {
  readonly start: 'http.response.start' | 'websocket.http.response.start'
  readonly body: 'http.response.body' | 'websocket.http.response.body'
}

export const RESPONSE: MessageTypes = Object.freeze({
  start: 'http.response.start',
  body: 'http.response.body',
})
const DENIAL: MessageTypes = Object.freeze({
  start: 'websocket.http.response.start',
  body: 'websocket.http.response.body',
})

/** Computed values are valid, so they are not checked. */
function computedHeaders(length: string | undefined, type: string | undefined): Headers {
  if (length === undefined) return new Headers(type === undefined ? [] : ['content-type', type])
  if (type === undefined) return new Headers(['content-length', length])
  return new Headers(['content-length', length, 'content-type', type])
}

function headersFrom(
  init: HeadersInit,
  length: string | undefined,
  type: string | undefined,
): Headers {
  const headers = Headers.from(init)
  if (length !== undefined) headers.setDefault('content-length', length)
  if (type !== undefined) headers.setDefault('content-type', type)
  return headers
}

/**
 * Makes an app of a response; an app is returned unchanged.
 *
 * @param where The origin of the value, for the message.
 * @throws TypeError if the value is neither.
 */
export function toApp(value: unknown, where: string): App {
  if (value instanceof Response)
    return (scope, receive, send) => value.respond(scope, receive, send)
  const isClass = typeof value === 'function' && value.prototype instanceof Response
  if (typeof value === 'function' && !isClass) return value as App
  throw new TypeError(
    `${where} must return a Response or an App, but returned ${shown(value)}. ${hint(value)}`,
  )
}

function hint(value: unknown): string {
  if (value === undefined) return 'Is a return or an await missing?'
  if (typeof value === 'function') return `Write new ${value.name}(…).`
  if (value instanceof globalThis.Response) {
    return 'Import JSONResponse and friends from "stellula/responses".'
  }
  return 'Wrap the value: new PlainTextResponse(text), new JSONResponse(value).'
}

/** Runs the work even if the client has disconnected. In that case the error is thrown afterwards. */
async function runAfter(sent: Promise<void>, background: Background): Promise<void> {
  let gone: ClientDisconnected | undefined
  try {
    await sent
  } catch (error) {
    if (!(error instanceof ClientDisconnected)) throw error
    gone = error
  }
  await background()
  if (gone !== undefined) throw gone
}

const CONTENT_TYPES = new Map<string, string>()
const MOST_CONTENT_TYPES = 100

/** The `Content-Type` of a media type, cached because programs use only a few. */
export function contentType(mediaType: string, charset: string): string {
  const known = CONTENT_TYPES.get(mediaType)
  if (known !== undefined && charset === 'utf-8') return known
  const needsCharset = mediaType.startsWith('text/') && !/charset=/i.test(mediaType)
  const type = needsCharset ? `${mediaType}; charset=${charset}` : mediaType
  assertHeader('content-type', type)
  if (charset === 'utf-8' && CONTENT_TYPES.size < MOST_CONTENT_TYPES)
    CONTENT_TYPES.set(mediaType, type)
  return type
}
