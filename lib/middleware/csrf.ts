/** Protects against cross-site request forgery. */

import { assertOrigins, senderOf } from '../authentication/origins.ts'
import { refusing } from '../authoring/refusing.ts'
import { DEFAULT_MAX_BODY_SIZE } from '../body.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { Headers, isHeaderName } from '../http/headers.ts'
import { isSafe } from '../http/methods.ts'
import { Session } from '../http/session.ts'
import { named } from '../internal/apps.ts'
import { fromBase64URL, randomText, toBase64URL } from '../internal/base64url.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type {
  App,
  ConnectionScope,
  HTTPScope,
  Middleware,
  Receive,
  Send,
  WebSocketScope,
} from '../types.ts'
import { hasForm, tokenIn } from './csrf/formtoken.ts'
import { KeptBody } from './csrf/keptbody.ts'

export { type Sender, senderOf } from '../authentication/origins.ts'

export interface CSRFOptions {
  /** Other allowed origins, such as `https://admin.example.org` (none). */
  origins?: readonly string[]
  /**
   * Whether a token is required even if the browser reports a same-origin request (false). A websocket
   * never needs one, because a page cannot send it with the handshake.
   */
  requireToken?: boolean
  /** The request field that carries the token ('x-csrf-token'). */
  header?: string
  /**
   * The field of a urlencoded or multipart form that carries the token if the header is missing
   * ('_csrf'); null does not read forms.
   */
  field?: string | null
}

/**
 * Answers 403 to requests that may change something, unless they come from a page of this origin.
 *
 * It checks `Sec-Fetch-Site` if that is sent, otherwise `Origin`. Browsers set both, and pages cannot
 * change them. A request with neither needs the token of the session, in a header or in a form field:
 * `await csrfToken(session)` makes the token.
 *
 * To find the field, up to 10 MB of a form are read, or as much as an outer `bodyLimit()` allows; a
 * larger form gets 413. The handler still gets the whole body. A multipart form is read up to the field
 * only, so put the field before files.
 *
 * The content type does not matter. `GET`, `HEAD`, `OPTIONS` and `TRACE` pass, so they must not change
 * anything. A websocket without `Origin` passes, because every browser sends `Origin`.
 *
 * "This origin" is the origin of `request.url`. Behind a proxy, use `proxyHeaders()` to set its scheme and
 * host.
 *
 * @throws TypeError if an origin, or the name of a header or field, is invalid.
 * @example
 * const form = Route('/form', async ({ session }) => new HTMLResponse(html`<!doctype html>
 *   <form method="post" action="/pay">
 *     <input type="hidden" name="_csrf" value="${await csrfToken(session)}">
 *     <button>Pay</button>
 *   </form>`))
 * Application({
 *   routes: [form, Route('/pay', { post: home })],
 *   middleware: [sessions({ secret: '32 random bytes or more, as text' }), csrf({ requireToken: true })],
 * })
 */
export function csrf(options: CSRFOptions = {}): Middleware {
  knownOptions('csrf', options, 'origins requireToken header field')
  const { origins = [], requireToken = false, header = 'x-csrf-token', field = '_csrf' } = options
  assertOptions(origins, header, field)
  const refuses = (method: string): readonly number[] => (isSafe(method) ? [] : [403])
  const middleware = refusing(refuses, (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    // A websocket handshake is a GET, but it opens a channel.
    if (scope.type === 'http' && isSafe(scope.method)) return app(scope, receive, send)
    const sender = senderOf(scope, origins)
    // A page cannot add a token to a handshake.
    const needsToken = requireToken && scope.type === 'http'
    if (sender === 'own' && !needsToken) return app(scope, receive, send)
    if (sender === 'foreign') return refuse(scope, receive, send)
    const fields = new Headers(scope.headers)
    const token = fields.get(header)
    if (token !== null) {
      return (await isTokenOf(scope, token))
        ? app(scope, receive, send)
        : refuse(scope, receive, send)
    }
    const isRead = scope.type === 'http' && field !== null && hasForm(fields.get('content-type'))
    // Without a session there is no token to compare with, so the form is not read.
    if (!isRead || !isKnown(scope)) return refuse(scope, receive, send)
    return withFormToken(app, scope, receive, send, field)
  })
  return named('csrf', middleware)
}

/** Looks for the token in the form; the app still gets the body from its beginning. */
async function withFormToken(
  app: App,
  scope: HTTPScope,
  receive: Receive,
  send: Send,
  field: string,
): Promise<void> {
  const kept = new KeptBody(receive, scope.maxBodySize ?? DEFAULT_MAX_BODY_SIZE)
  let token: string | undefined
  try {
    token = await tokenIn(scope, kept.receive, field)
  } catch (error) {
    return answerException(error, scope, receive, send)
  }
  const isGood = token !== undefined && (await isTokenOf(scope, token))
  return isGood ? app(scope, kept.replay, send) : refuse(scope, kept.replay, send)
}

function refuse(scope: HTTPScope | WebSocketScope, receive: Receive, send: Send): Promise<void> {
  const refusal = new HTTPException(403, 'The request does not come from a page of this site.')
  return answerException(refusal, scope, receive, send)
}

function isKnown({ session }: ConnectionScope): boolean {
  return session instanceof Session && !session.isNew
}

async function isTokenOf({ session }: ConnectionScope, token: string): Promise<boolean> {
  return session instanceof Session && isCSRFToken(session, token)
}

const NONCE_BYTES = 16

/**
 * Makes a token that is valid for this session only. Each call returns a different text, so the length of
 * a compressed page does not reveal the token. A new session id, as after a login, invalidates the token.
 *
 * @throws TypeError for anything else than a session.
 * @example
 * Route('/form', async ({ session }) => new PlainTextResponse(await csrfToken(session)))
 */
export async function csrfToken(session: Session): Promise<string> {
  const isSession = session instanceof Session
  check('csrfToken', isSession, 'it takes the session', session, 'Write csrfToken(request.session)')
  session.keep()
  const nonce = randomText(NONCE_BYTES)
  const mac = await crypto.subtle.sign('HMAC', await keyOf(session), encoder.encode(nonce))
  return `${nonce}.${toBase64URL(new Uint8Array(mac))}`
}

/**
 * Whether `csrfToken()` made this token for the session. Use it for tokens in form fields.
 *
 * @example
 * Route('/form', { post: async (request) => {
 *   const token = (await request.form()).get('token')
 *   if (!(await isCSRFToken(request.session, String(token)))) throw new HTTPException(403)
 *   return new PlainTextResponse('done')
 * } })
 */
export async function isCSRFToken(session: Session, token: string): Promise<boolean> {
  const [nonce = '', mac = '', ...more] = token.length > MOST_LENGTH ? [] : token.split('.')
  const signature = fromBase64URL(mac)
  if (session.isNew || signature === undefined || more.length > 0) return false
  return crypto.subtle.verify('HMAC', await keyOf(session), signature, encoder.encode(nonce))
}

const encoder = new TextEncoder()
const MOST_LENGTH = 128

/** Returns the signing key. It is made from the session id, which is secret. */
function keyOf({ id }: Session): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const secret = encoder.encode(`csrf ${id}`)
  return crypto.subtle.importKey('raw', secret, hmac, false, ['sign', 'verify'])
}

function assertOptions(origins: readonly string[], header: string, field: string | null): void {
  assertOrigins('csrf', origins)
  const fix = 'Leave it out for _csrf; null does not read forms'
  check('csrf', field !== '', 'field must be the name of a form field', field, fix)
  const isName = isHeaderName(header)
  check('csrf', isName, 'header must be a field name', header, 'Leave it out for x-csrf-token')
}
