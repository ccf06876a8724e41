/** The errors of the contract, and the two exceptions that become responses. */

import { Headers, type HeadersInit } from './http/headers.ts'
import { badStatus, isStatus, statusPhrase } from './http/status.ts'
import { encodeText } from './internal/bytes.ts'
import { outOfRange } from './internal/checks.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { brand } from './types/brand.ts'

export interface HTTPExceptionOptions extends ErrorOptions {
  /** More header fields of the response (none). */
  headers?: HeadersInit
  /** The `message` for logs, if clients must not read it (the detail). */
  message?: string
}

/** The body of a response: its text and media type. */
export interface ExceptionContent {
  readonly mediaType: string
  readonly text: string
}

/**
 * An exception that becomes a response with a status, a text and header fields. It may be thrown anywhere.
 *
 * The text is `detail`, or else the reason phrase of the status.
 *
 * @throws RangeError if the status is not an integer from 200 to 599, or has no reason phrase and
 * `detail` is missing.
 * @example
 * throw new HTTPException(401, 'Who are you?', { headers: { 'www-authenticate': 'Basic' } })
 */
export class HTTPException extends Error {
  static {
    brand(HTTPException, 'HTTPException')
  }

  readonly status: number
  readonly detail: string
  readonly headers: Headers

  /**
   * Returns the body of the default response. Subclasses may define it. Without it the body is the detail
   * as plain text.
   */
  content?(): ExceptionContent

  constructor(status: number, detail?: string, options?: HTTPExceptionOptions) {
    if (options !== undefined) knownOptions('HTTPException', options, 'headers message cause')
    if (!isStatus(status)) throw badStatus('HTTPException', status)
    const text = detail ?? statusPhrase(status)
    if (text === undefined) {
      const what = 'a status without a reason phrase needs a detail'
      throw outOfRange('HTTPException', what, status, 'Pass the text as second argument')
    }
    super(options?.message ?? text, options)
    this.name = new.target.name
    this.status = status
    this.detail = text
    this.headers = Headers.from(options?.headers)
  }

  override toString(): string {
    return `${this.name}: ${this.status} ${this.detail}`
  }
}

/**
 * A 503 for a service that the application needs and cannot reach.
 *
 * Its message is for logs and not shown to clients. The response has `Retry-After: 1`.
 */
export class Unavailable extends HTTPException {
  constructor(message: string, options: ErrorOptions = {}) {
    super(503, 'The service is unavailable for a moment.', {
      ...options,
      message,
      headers: { 'retry-after': '1' },
    })
  }

  override toString(): string {
    return `${this.name}: ${this.message}`
  }
}

/**
 * An exception that closes a websocket with this code and reason. It may be thrown anywhere in the
 * handler.
 *
 * @throws RangeError if the code may not be sent, or the reason is longer than the 123 bytes of a close
 * frame (RFC 6455 sections 7.4 and 5.5).
 * @example
 * throw new WebSocketException(1008, 'policy')
 */
export class WebSocketException extends Error {
  static {
    brand(WebSocketException, 'WebSocketException')
  }

  readonly code: number
  readonly reason: string

  constructor(code: number, reason = '', options?: ErrorOptions) {
    if (!isCloseCode(code)) {
      throw outOfRange('WebSocketException', 'the code must not be sent', code, CLOSE_CODES)
    }
    const { byteLength } = encodeText(reason)
    if (byteLength > 123) {
      const what = 'the reason must have at most 123 bytes'
      throw outOfRange(
        'WebSocketException',
        what,
        byteLength,
        'Send longer texts in a message before',
      )
    }
    super(reason || `websocket closed with ${code}`, options)
    this.name = new.target.name
    this.code = code
    this.reason = reason
  }
}

/** The advice in an error about a code that must not be sent. */
export const CLOSE_CODES = 'Use 1000 to 1014, except 1004, 1005 and 1006, or 3000 to 4999'

/** Whether an endpoint may send this code in a close frame (RFC 6455 section 7.4). */
export function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false
  if (code >= 3000 && code <= 4999) return true
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006
}

/** The client disconnected before the response was complete, or before its body had arrived. */
export class ClientDisconnected extends Error {
  static {
    brand(ClientDisconnected, 'ClientDisconnected')
  }

  constructor(message = 'the client has disconnected', options?: ErrorOptions) {
    super(message, options)
    this.name = 'ClientDisconnected'
  }
}

/** The app sent a message that the contract does not allow at this point. */
export class ProtocolError extends Error {
  static {
    brand(ProtocolError, 'ProtocolError')
  }

  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ProtocolError'
  }
}

/** The app does not serve this type of scope. For a server it means that the app has no lifespan. */
export class UnsupportedProtocol extends Error {
  static {
    brand(UnsupportedProtocol, 'UnsupportedProtocol')
  }

  constructor(type: string) {
    super(`this app does not serve the scope type ${JSON.stringify(type)}`)
    this.name = 'UnsupportedProtocol'
  }
}
