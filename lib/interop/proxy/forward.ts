/** Forwards one http exchange. */
import type { IncomingMessage } from 'node:http'
import { ClientDisconnected, HTTPException } from '../../exceptions.ts'
import { Headers } from '../../http/headers.ts'
import { isBodyless } from '../../http/status.ts'
import { encodePath } from '../../http/urls.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import type { HeaderList, HTTPScope, Receive, Send } from '../../types.ts'
import type { Base } from './base.ts'
import { passBody, sendBody } from './bodies.ts'
import { Call, type Upstream, UpstreamError, type UpstreamRequest } from './call.ts'
import { sendsPrefixField } from './forwarded.ts'
import { upstreamPath } from './path.ts'
import { type Framing, type RequestRules, readFraming, requestFields } from './requestfields.ts'
import { responseFields } from './responsefields.ts'
import { Watch } from './watch.ts'

/** The options of a proxy, in their internal form. */
export interface Settings extends RequestRules {
  readonly base: Base
  readonly upstream: Upstream
  readonly idleTimeoutMs: number
  /** The open websockets to the upstream. */
  readonly sockets: Set<{ terminate(): void }>
  /** The largest websocket message, in bytes. */
  readonly maxMessageSize: number
  readonly rewriteLocation: boolean
  readonly rewriteCookies: boolean
  /** Whether HTTP/1.1 clients get early hints too. */
  readonly earlyHints: boolean
  readonly responseHeaders: ((headers: Headers, scope: HTTPScope) => void) | undefined
}

/** How long to wait for a 100 before sending the body anyway, in ms. */
const CONTINUE_MS = 1_000

/** Idempotent methods, which may be repeated (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'])

/**
 * Forwards the request and its response.
 *
 * @throws HTTPException if the request is not forwarded.
 * @throws UpstreamError if there is no response.
 * @throws Error if the response is incomplete; the server then aborts its own.
 */
export async function forward(
  settings: Settings,
  scope: HTTPScope,
  receive: Receive,
  send: Send,
): Promise<void> {
  const path = upstreamPath(settings.base.path, scope)
  if (path === undefined) throw new HTTPException(400)
  const framing = readFraming(scope)
  const headers = [...requestFields(scope, settings), ...framingFields(scope, framing)]
  const watch = new Watch()
  const exchange = new Forwarding(settings, scope, framing, watch)
  scope.onDisconnect?.(() => exchange.leave())
  try {
    const response = await exchange.ask({ method: scope.method, path, headers }, receive)
    await exchange.answer(response, send)
  } catch (error) {
    exchange.abandon()
    if (exchange.gone) throw new ClientDisconnected()
    throw exchange.failure ?? error
  } finally {
    watch.stop()
  }
}

/** Methods for which a body is not expected; for others Node would begin one. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** The framing fields for the upstream: the client's framing applies to its own connection only. */
function framingFields({ method }: HTTPScope, framing: Framing): HeaderList {
  const { length, expectsContinue, acceptsTrailers } = framing
  const fields: string[] = []
  if (length === undefined) fields.push('transfer-encoding', 'chunked')
  else if (length > 0 || !WITHOUT_BODY.has(method)) fields.push('content-length', String(length))
  if (expectsContinue && length !== 0) fields.push('expect', '100-continue')
  if (acceptsTrailers) fields.push('te', 'trailers', 'connection', 'te')
  return fields
}

class Forwarding {
  readonly #settings: Settings
  readonly #scope: HTTPScope
  readonly #framing: Framing
  readonly #watch: Watch
  #call: Call | undefined
  /** The Host field that was sent to the upstream. */
  #host = ''
  /** Whether the client has disconnected. */
  gone = false
  /** The error if the request's body could not be forwarded. */
  failure: unknown

  constructor(settings: Settings, scope: HTTPScope, framing: Framing, watch: Watch) {
    this.#settings = settings
    this.#scope = scope
    this.#framing = framing
    this.#watch = watch
  }

  leave(): void {
    this.gone = true
    this.abandon()
  }

  abandon(): void {
    this.#call?.abandon(new ClientDisconnected())
  }

  /** Sends a request. One without a body is repeated once if its connection was just being closed. */
  async ask(upstreamRequest: UpstreamRequest, receive: Receive): Promise<IncomingMessage> {
    const call = this.#begin(upstreamRequest, false)
    if (this.#framing.length !== 0) {
      this.#sendBody(call, receive)
      return call.response
    }
    call.request.end()
    this.#listen(receive)
    try {
      return await call.response
    } catch (error) {
      const isSafe = IDEMPOTENT.has(upstreamRequest.method) && !this.gone
      if (!isSafe || !call.wasStale(error)) throw error
      const again = this.#begin(upstreamRequest, true)
      again.request.end()
      return await again.response
    }
  }

  #begin(upstreamRequest: UpstreamRequest, fresh: boolean): Call {
    if (this.gone) throw new ClientDisconnected()
    const call = new Call(this.#settings.upstream, upstreamRequest, this.#watch, fresh)
    this.#host = upstreamRequest.headers[1] ?? '' // the first field
    this.#call = call
    return call
  }

  /** It is not awaited because the response may arrive while the body is still being sent. */
  #sendBody(call: Call, receive: Receive): void {
    const { length, expectsContinue } = this.#framing
    const send = async (): Promise<void> => {
      if (expectsContinue && !(await isWanted(call))) return
      await sendBody(call, receive, length, this.#watch)
      this.#listen(receive)
    }
    send().catch((error: unknown) => {
      if (error instanceof ClientDisconnected) this.gone = true
      else this.failure = error
      this.abandon()
    })
  }

  /** Waits for the disconnect message, on servers that do not call `onDisconnect`. */
  #listen(receive: Receive): void {
    if (this.#scope.onDisconnect !== undefined) return
    const wait = async (): Promise<void> => {
      // Before the disconnect there is only the end of the body.
      const message = await receive()
      const last = message.type === 'http.request' ? await receive() : message
      const isOpen = this.#call?.request.destroyed === false
      if (last.type === 'http.disconnect' && isOpen) this.leave()
    }
    wait().catch(() => {}) // this only looks for the disconnect
  }

  async answer(response: IncomingMessage, send: Send): Promise<void> {
    const { statusCode = 0 } = response
    const sendsTrailers = this.#sendsTrailers(response)
    const fields = this.#fieldsOf(response, sendsTrailers)
    if (fields === undefined || statusCode < 200 || statusCode > 599) {
      throw new UpstreamError(502, `the response cannot be forwarded, its status is ${statusCode}`)
    }
    const headers = this.#changed(fields)
    this.#watch.start(this.#settings.idleTimeoutMs, (ms) => {
      response.destroy(new Error(`nothing came for ${ms} ms, idleTimeoutMs`))
    })
    const trailers = sendsTrailers ? { trailers: true } : {}
    await send({ type: 'http.response.start', status: statusCode, headers, ...trailers })
    await this.#hint(send)
    if (this.#scope.method === 'HEAD' || isBodyless(statusCode)) {
      response.resume()
      await send({ type: 'http.response.body', body: NO_BYTES })
    } else await this.#body(response, send, sendsTrailers)
    this.#release()
  }

  #changed(fields: HeaderList): HeaderList {
    const { responseHeaders } = this.#settings
    if (responseHeaders === undefined) return fields
    const headers = new Headers(fields)
    responseHeaders(headers, this.#scope)
    return headers.list
  }

  async #body(response: IncomingMessage, send: Send, sendsTrailers: boolean): Promise<void> {
    const announced = response.headers['content-length']
    const length = announced === undefined ? undefined : Number(announced)
    const isComplete = (): boolean => this.#call?.isComplete(response) ?? response.complete
    try {
      await passBody(response, send, { length, ends: !sendsTrailers, isComplete }, this.#watch)
    } catch (error) {
      if (error instanceof ClientDisconnected) throw error
      throw new Error(
        `proxy: the response of ${this.#settings.base.origin} was cut, ${String(error)}. The client's response is aborted too.`,
        { cause: error },
      )
    }
    if (!sendsTrailers) return
    const rules = { ...this.#responseRules(), keepsTrailer: false }
    const headers = responseFields(response.rawTrailers, rules) ?? []
    await send({ type: 'http.response.trailers', headers })
  }

  /** If the upstream has answered before it got the whole body, the rest of the body is not sent. */
  #release(): void {
    const request = this.#call?.request
    if (request?.writableEnded === false) request.destroy()
  }

  /**
   * It is sent after the start, as the contract requires: the server holds the head until the first part of
   * the body.
   */
  async #hint(send: Send): Promise<void> {
    const links = this.#call?.links ?? []
    // Many HTTP/1.1 clients mistake the 103 for the response, and the response for that of another request
    // (RFC 8297 section 3).
    if (this.#scope.httpVersion.startsWith('1') && !this.#settings.earlyHints) return
    if (links.length === 0 || !this.#scope.extensions?.['http.response.early_hint']) return
    await send({ type: 'http.response.early_hint', links })
  }

  #sendsTrailers({ headers }: IncomingMessage): boolean {
    const canSend = this.#scope.extensions?.['http.response.trailers'] !== undefined
    return canSend && this.#framing.acceptsTrailers && headers.trailer !== undefined
  }

  #fieldsOf({ rawHeaders }: IncomingMessage, keepsTrailer: boolean): HeaderList | undefined {
    return responseFields(rawHeaders, { ...this.#responseRules(), keepsTrailer })
  }

  #responseRules(): Omit<Parameters<typeof responseFields>[1], 'keepsTrailer'> {
    const { base, forwarded, rewriteLocation, rewriteCookies } = this.#settings
    const mount = encodePath(this.#scope.rootPath)
    const sendsPrefix = sendsPrefixField(forwarded)
    return { base, host: this.#host, mount, sendsPrefix, rewriteLocation, rewriteCookies }
  }
}

/**
 * Whether to send the body: the upstream has sent 100, or nothing within the time. After a final response it
 * is not sent.
 */
async function isWanted(call: Call): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CONTINUE_MS, true)
  })
  try {
    const answered = call.response.then(() => false)
    return await Promise.race([call.continued.then(() => true), answered, late])
  } finally {
    clearTimeout(timer)
  }
}
