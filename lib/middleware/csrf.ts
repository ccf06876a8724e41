/** Keeps pages of other sites from sending requests in a visitor's name. */
import { fromBase64URL, randomText, toBase64URL } from '../base64url.ts'
import { answerException } from '../exceptionhandlers.ts'
import { HTTPException } from '../exceptions.ts'
import { Headers, isHeaderName } from '../headers.ts'
import { isSafe } from '../methods.ts'
import { assertOrigins, senderOf } from '../senders.ts'
import { Session } from '../sessions.ts'
import type { ConnectionScope, Middleware } from '../types.ts'

export { type Sender, senderOf } from '../senders.ts'

export interface CSRFOptions {
  /** Other origins that may send too, as `https://admin.example.org` (none). */
  origins?: readonly string[]
  /** Asks for a token even where the browser vouches for the page (false). */
  requireToken?: boolean
  /** The request field that carries the token ('x-csrf-token'). */
  header?: string
}

/**
 * Answers 403 to requests that may change something, unless they come from a page of this origin.
 *
 * `Sec-Fetch-Site` decides where it is sent, then `Origin`; both are set by browsers and by no page.
 * What has neither needs the token of the session, in a header: `await csrfToken(session)` makes one.
 * Nothing hangs on the content type. `GET`, `HEAD`, `OPTIONS` and `TRACE` pass, so they must not change
 * anything. A websocket passes without an `Origin`, which every browser sends.
 *
 * The own origin is that of `request.url`: behind a proxy, tell it the scheme and host of the outside.
 *
 * @throws TypeError for what is no origin.
 * @example
 * Application({
 *   routes: [Route('/', home), Route('/pay', { post: home })],
 *   middleware: [sessions({ secret: '32 random bytes or more, as text' }), csrf()],
 * })
 */
export function csrf(options: CSRFOptions = {}): Middleware {
  const { origins = [], requireToken = false, header = 'x-csrf-token' } = options
  assertOptions(origins, header)
  return (app) => async (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    // A handshake is a GET, but it opens a channel.
    if (scope.type === 'http' && isSafe(scope.method)) return app(scope, receive, send)
    const sender = senderOf(scope, origins)
    const isVouched = sender === 'own' && !requireToken
    if (isVouched || (sender !== 'foreign' && (await hasToken(scope, header)))) {
      return app(scope, receive, send)
    }
    const refusal = new HTTPException(403, 'The request does not come from a page of this site.')
    return answerException(refusal, scope, receive, send)
  }
}

function hasToken(scope: ConnectionScope, header: string): Promise<boolean> | boolean {
  const { session } = scope
  const token = new Headers(scope.headers).get(header)
  return token !== null && session instanceof Session && isCSRFToken(session, token)
}

const NONCE_BYTES = 16

/**
 * Makes a token that is good for this session, and for no other; each time another text, so that a
 * compressed page tells nothing of it. A new id of the session ends it, and so does a login.
 *
 * @example
 * Route('/form', async ({ session }) => new PlainTextResponse(await csrfToken(session)))
 */
export async function csrfToken(session: Session): Promise<string> {
  session.keep()
  const nonce = randomText(NONCE_BYTES)
  const mac = await crypto.subtle.sign('HMAC', await keyOf(session), encoder.encode(nonce))
  return `${nonce}.${toBase64URL(new Uint8Array(mac))}`
}

/**
 * Whether `csrfToken()` made this for the session; for tokens in fields of a form.
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

/** The id of a session is a secret, so that what it signs can come from the server alone. */
function keyOf({ id }: Session): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const secret = encoder.encode(`csrf ${id}`)
  return crypto.subtle.importKey('raw', secret, hmac, false, ['sign', 'verify'])
}

function assertOptions(origins: readonly string[], header: string): void {
  assertOrigins('csrf', origins)
  if (isHeaderName(header)) return
  throw new TypeError(
    `csrf: header must be the name of a field, ${JSON.stringify(header)} was given. Leave it out for x-csrf-token.`,
  )
}
