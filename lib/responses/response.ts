/** The response that a handler returns, and the class that all others extend. */
import type { Background } from '../background.ts'
import { ClientDisconnected, UnsupportedProtocol } from '../exceptions.ts'
import { type CookieOptions, serializeCookie } from '../http/cookies.ts'
import { assertHeader, Headers, type HeadersInit } from '../http/headers.ts'
import { isBodyless } from '../http/status.ts'
import { encodeText, NO_BYTES } from '../internal/bytes.ts'
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
  /** Further fields; a `content-type` or `content-length` here wins over the computed one. */
  headers?: HeadersInit
  /** The content type; `; charset=utf-8` is added to `text/*` (the class's own). */
  mediaType?: string
  /** Work to do once the response has been sent, or its client has gone. */
  background?: Background
}

const NO_OPTIONS: ResponseOptions = Object.freeze({})

/** A response of any class, whatever its content. */
export interface AnyResponse extends Response<never> {}

/**
 * Status, headers and a body that is there as a whole; every response can be sent more than once.
 *
 * A class of your own sets `static mediaType` and overrides `render`.
 *
 * @throws RangeError for a status that is none, TypeError for a header that cannot be sent.
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

  /** The content type of this class, or none. */
  static readonly mediaType: string | undefined = undefined
  /** The encoding that `render` writes, named in the content type of texts. */
  static readonly charset: string = 'utf-8'

  status: number
  /** The fields as they will be sent; change them until then. */
  readonly headers: Headers
  background: Background | undefined
  /** The rendered content. */
  readonly body: Uint8Array

  /** The names of its options, with a space between them; without its own, a class is not checked. */
  static readonly optionNames: string = 'status headers mediaType background'

  constructor(content?: Content, options: ResponseOptions = NO_OPTIONS) {
    if (options !== NO_OPTIONS) checkOptions(new.target, options)
    const { status = 200, mediaType = new.target.mediaType, headers } = options
    if (!isStatus(status)) throw badStatus(new.target.name, status)
    this.status = status
    this.background = options.background
    // A class whose content may not be left out says so by its own constructor.
    this.body = this.render(content as Content)
    const length = this.hasLength && !isBodyless(status) ? String(this.body.byteLength) : undefined
    const type = mediaType === undefined ? undefined : contentType(mediaType, new.target.charset)
    this.headers = headers === undefined ? computed(length, type) : given(headers, length, type)
  }

  /** Whether the length is known before sending; only streams say no. */
  protected get hasLength(): boolean {
    return true
  }

  /**
   * Turns the content into bytes.
   *
   * @throws TypeError for content of a kind that the class does not take.
   */
  render(content: Content): Uint8Array {
    if (typeof content === 'string') return encodeText(content)
    if (content === undefined || content === null) return NO_BYTES
    if (content instanceof Uint8Array) return content
    throw new TypeError(
      `${this.constructor.name}: the content must be text or a Uint8Array, ${describe(content)} was given. Use JSONResponse for objects.`,
    )
  }

  /**
   * Sends this response: the app that it stands for.
   *
   * On a websocket that was not accepted, it refuses the handshake with this answer.
   */
  respond(scope: Scope, _receive: Receive, send: Send): Promise<void> {
    if (scope.type === 'lifespan') return Promise.reject(new UnsupportedProtocol(scope.type))
    const sent = this.transmit(scope.type === 'http' ? RESPONSE : DENIAL, send, scope)
    return this.background === undefined ? sent : runAfter(sent, this.background)
  }

  /** Sends the messages; those of a websocket's refusal have names of their own. */
  protected transmit(types: MessageTypes, send: Send, _scope: Scope): Promise<void> {
    const started = send(this.start(types))
    // Servers take the start at once, and say so by this promise: no turn of the loop is spent.
    return started === SENT ? this.#end(types, send) : started.then(() => this.#end(types, send))
  }

  #end(types: MessageTypes, send: Send): Promise<void> {
    const body = isBodyless(this.status) ? NO_BYTES : this.body
    return send({ type: types.body, body, moreBody: false })
  }

  /** The list is that of the fields: it stays as it is, whatever becomes of them later. */
  protected start({ start }: MessageTypes): HTTPResponseStartMessage | WebSocketDenialStartMessage {
    return { type: start, status: this.status, headers: this.headers.list }
  }

  /**
   * Adds a `Set-Cookie` field.
   *
   * @throws TypeError for what browsers would misread or drop.
   * @example
   * response.setCookie('theme', 'dark', { maxAge: 3600, secure: true, httpOnly: true })
   */
  setCookie(name: string, value: string, options?: CookieOptions): this {
    this.headers.append('set-cookie', serializeCookie(name, value, options))
    return this
  }

  /** Has the browser forget a cookie; `path` and `domain` must be those it was set with. */
  deleteCookie(name: string, options?: CookieOptions): this {
    return this.setCookie(name, '', { ...options, maxAge: 0, expires: 0 })
  }
}

/** As a plain field, so that bundlers can drop classes that are not used. */
interface ResponseClass {
  readonly name: string
  readonly optionNames: string
}

/**
 * Checks options by the names of the class itself: a class that extends one may have others.
 *
 * @throws TypeError for an option that the class does not have.
 */
function checkOptions(made: ResponseClass, options: object): void {
  if (!Object.hasOwn(made, 'optionNames')) return
  knownOptions(made.name, options as Record<string, unknown>, made.optionNames)
}

/** The names of the messages that a response is sent by. */
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

/** Made here, so beyond doubt: not checked again. */
function computed(length: string | undefined, type: string | undefined): Headers {
  if (length === undefined) return new Headers(type === undefined ? [] : ['content-type', type])
  if (type === undefined) return new Headers(['content-length', length])
  return new Headers(['content-length', length, 'content-type', type])
}

function given(init: HeadersInit, length: string | undefined, type: string | undefined): Headers {
  const headers = Headers.from(init)
  if (length !== undefined) headers.setDefault('content-length', length)
  if (type !== undefined) headers.setDefault('content-type', type)
  return headers
}

/**
 * An app, from an app or from the response that always answers.
 *
 * @param where Who gave it, for the message.
 * @throws TypeError for anything else.
 */
export function toApp(value: unknown, where: string): App {
  if (value instanceof Response)
    return (scope, receive, send) => value.respond(scope, receive, send)
  if (typeof value === 'function') return value as App
  throw new TypeError(
    `${where} must give a Response or an App, but gave ${value === null ? 'null' : describe(value)}. ${hint(value)}`,
  )
}

function hint(value: unknown): string {
  if (value === undefined) return 'Is a return or an await missing?'
  if (value instanceof globalThis.Response) {
    return 'Import JSONResponse and friends from "stellula/responses".'
  }
  return 'Wrap the value: new PlainTextResponse(text), new JSONResponse(value).'
}

/** A client that has gone does not keep the work from being done; the server hears of it after. */
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

/** Checked and put together once for each type; programs have a handful of them. */
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

function isStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599
}

function badStatus(where: string, status: number): RangeError {
  return new RangeError(
    `${where}: the status must be an integer from 200 to 599, ${status} was given. Interim responses are sent by the server.`,
  )
}

function describe(value: unknown): string {
  if (value instanceof globalThis.Response) return 'a fetch Response'
  return typeof value === 'object'
    ? `an object (${value?.constructor?.name ?? 'Object'})`
    : typeof value
}
