/** Adds entity tags to responses, and answers 304 if the client's copy is current. */

import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import {
  checkPreconditions,
  joinedField,
  notModifiedHeaders,
  validatorsIn,
} from '../http/conditional.ts'
import { withHeaders, withLowerNames } from '../http/fieldlists.ts'
import { indexOfName } from '../http/headers.ts'
import { isRead } from '../http/methods.ts'
import { named } from '../internal/apps.ts'
import { sha256 } from '../internal/digests.ts'
import { handled } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustBeSize } from '../layers/read.ts'
import {
  type HeaderList,
  type HTTPResponseStartMessage,
  type HTTPScope,
  type Middleware,
  type Receive,
  SENT,
  type Send,
  type SendMessage,
} from '../types.ts'

export interface EtagOptions {
  /** Whether the tags are weak, `W/"…"`, which means equivalent rather than identical bytes (false). */
  weak?: boolean
  /** The maximum size of a hashed body in bytes (1 MB). Larger bodies get no tag. */
  maxSize?: number
}

/**
 * Adds an `ETag` computed from the body to 200 responses to GET and HEAD, and evaluates the
 * preconditions of the request: 304 if the client has this body already, 412 if it expected another.
 *
 * This saves the transfer of the body, not the work of the app. Streams and responses with early hints pass
 * unchanged, and file responses have their own tags. An existing tag is kept; a response with `no-store` gets none. Put it inside
 * `compress()`, which weakens the tag.
 *
 * @throws RangeError if `maxSize` is not a number of bytes.
 * @example
 * Route('/report', () => new JSONResponse({ total: 7 }), { middleware: [etag()] })
 */
export function etag(options: EtagOptions = {}): Middleware {
  knownOptions('etag', options, 'weak maxSize')
  const { weak = false, maxSize = 1_000_000 } = options
  mustBeSize('etag', 'maxSize', maxSize)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' || !isRead(scope.method)) return app(scope, receive, send)
    return app(scope, receive, tagging(scope, receive, send, { weak, maxSize }))
  }
  return named('etag', middleware)
}

/**
 * Returns the entity tag of a body. It has 128 bits of the SHA-256, so two bodies with the same tag cannot
 * be constructed.
 *
 * @example
 * etagFor(new TextEncoder().encode('hello')) // '"LPJNul-wow4m6Dsqxbninh"'
 */
export function etagFor(body: Uint8Array, weak = false): string {
  const digest = sha256(body).slice(0, 22)
  return weak ? `W/"${digest}"` : `"${digest}"`
}

/** Delays the start of a 200 until its body arrives. */
function tagging(
  scope: HTTPScope,
  receive: Receive,
  send: Send,
  options: Required<EtagOptions>,
): Send {
  let held: HTTPResponseStartMessage | undefined
  return (message) => {
    const start = held
    if (start === undefined) {
      if (!isTaggable(message)) return send(message)
      held = withLowerNames(message)
      return SENT
    }
    if (message.type === 'http.response.debug') return send(message)
    held = undefined
    if (message.type !== 'http.response.body' || message.moreBody)
      return inTurn(send, start, message)
    const headers = taggedHeaders(scope, start.headers, message.body, options)
    const verdict = checkPreconditions(scope, validatorsIn(headers))
    if (verdict === null) return inTurn(send, withHeaders(start, headers), message)
    if (verdict === 412) return answerException(new HTTPException(412), scope, receive, send)
    return inTurn(send, { ...start, status: 304, headers: notModifiedHeaders(headers) }, EMPTY)
  }
}

const EMPTY: SendMessage = Object.freeze({ type: 'http.response.body', moreBody: false })

/**
 * Whether the message starts a response that may get a tag. One with trailers does not end with its body.
 */
function isTaggable(message: SendMessage): message is HTTPResponseStartMessage {
  return message.type === 'http.response.start' && message.status === 200 && !message.trailers
}

/** Returns a new list, because the app may reuse its own. */
function taggedHeaders(
  { method }: HTTPScope,
  headers: HeaderList,
  body: Uint8Array | undefined,
  { weak, maxSize }: Required<EtagOptions>,
): HeaderList {
  if (!(body instanceof Uint8Array) || body.byteLength > maxSize) return headers
  // If the app makes no body for HEAD, there is nothing to hash.
  if (method === 'HEAD' && body.byteLength === 0) return headers
  if (indexOfName(headers, 'etag') >= 0 || isNeverStored(headers)) return headers
  return [...headers, 'etag', etagFor(body, weak)]
}

function isNeverStored(headers: HeaderList): boolean {
  return /\bno-store\b/i.test(joinedField(headers, 'cache-control') ?? '')
}

function inTurn(send: Send, start: SendMessage, next: SendMessage): Promise<void> {
  const started = send(start)
  if (started === SENT) return send(next)
  return handled(started.then(() => send(next)))
}
