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
import { sha256 } from '../internal/digests.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustRange } from '../internal/must.ts'
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
  /** Make weak tags, `W/"…"`, which mean equivalent rather than identical bytes (false). */
  weak?: boolean
  /** The largest body that is hashed, in bytes (1 MB); larger ones get no tag. */
  maxSize?: number
}

/**
 * Adds an `ETag` computed from the body to 200 responses to GET and HEAD, and evaluates the
 * preconditions of the request: 304 if the client has this body already, 412 if it expected another.
 *
 * It saves sending the body, not the work of the app. Streams pass unchanged, and file responses have
 * their own tags. An existing tag is kept; a response with `no-store` gets none. Put it inside
 * `compress()`, which weakens the tag.
 *
 * @throws RangeError if `maxSize` is not a number of bytes.
 * @example
 * Route('/report', () => new JSONResponse({ total: 7 }), { middleware: [etag()] })
 */
export function etag(options: EtagOptions = {}): Middleware {
  knownOptions('etag', options, 'weak maxSize')
  const { weak = false, maxSize = 1_000_000 } = options
  const fix = 'Infinity means no limit'
  mustRange('etag', maxSize >= 0, 'maxSize must be a number of bytes', maxSize, fix)
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' || !isRead(scope.method)) return app(scope, receive, send)
    return app(scope, receive, tagging(scope, receive, send, { weak, maxSize }))
  }
}

/**
 * The tag of a body: 128 bits of its SHA-256, so that two bodies with one tag cannot be constructed.
 *
 * @example
 * etagFor(new TextEncoder().encode('hello')) // '"LPJNul-wow4m6Dsqxbninh"'
 */
export function etagFor(body: Uint8Array, weak = false): string {
  const digest = sha256(body).slice(0, 22)
  return weak ? `W/"${digest}"` : `"${digest}"`
}

/** Holds a 200 back until its body arrives. */
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

/** A response with trailers does not end with its body. */
function isTaggable(message: SendMessage): message is HTTPResponseStartMessage {
  return message.type === 'http.response.start' && message.status === 200 && !message.trailers
}

/** A new list, because the app may reuse its own. */
function taggedHeaders(
  { method }: HTTPScope,
  headers: HeaderList,
  body: Uint8Array | undefined,
  { weak, maxSize }: Required<EtagOptions>,
): HeaderList {
  if (!(body instanceof Uint8Array) || body.byteLength > maxSize) return headers
  // An app that makes no body for HEAD leaves nothing to hash.
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
  const sent = started.then(() => send(next))
  sent.catch(() => {}) // reported to the caller that awaits it
  return sent
}
