/** Sessions: `request.session` persists between requests of a visitor. */

import {
  type AllowedOrigins,
  assertAllowedOrigins,
  foreignSocket,
  isForeignSocket,
} from '../authentication/origins.ts'
import { answerException } from '../errors/handlers.ts'
import { type CookieOptions, parseCookies, serializeCookie } from '../http/cookies.ts'
import { Headers } from '../http/headers.ts'
import { Session, type SessionChange } from '../http/session.ts'
import { encodeText } from '../internal/bytes.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { mustRange } from '../internal/must.ts'
import { runCatching } from '../internal/run.ts'
import type { Store } from '../stores.ts'
import type { ConnectionScope, Middleware } from '../types.ts'
import type { Opened, SessionBackend } from './sessions/backend.ts'
import { Keeping } from './sessions/keeping.ts'
import { sealedBackend } from './sessions/sealed.ts'
import { signedBackend } from './sessions/signed.ts'
import { storedBackend } from './sessions/stored.ts'

export { type SessionUserOptions, sessionUser } from './sessions/user.ts'

export interface SessionsOptions {
  /**
   * Stores sessions in cookies protected by this secret: at least 32 random bytes, as text. In a list,
   * the first secret protects new cookies and all are accepted, so that secrets can be rotated.
   */
  secret?: string | readonly string[]
  /** Encrypt the cookies (AES-256-GCM); otherwise they are signed but readable (false). */
  sealed?: boolean
  /** Stores sessions here instead; the cookie holds only the id. */
  store?: Store
  /** The name of the cookie ('session'); `__Host-session` binds it to this host, over https. */
  cookie?: string
  /** Seconds that a session lives after it was last saved (14 days). */
  maxAge?: number
  /** Delete the cookie when the browser closes, at the latest after `maxAge` (false). */
  untilClosed?: boolean
  /** Renew a session that is used in the second half of its life (false). */
  rolling?: boolean
  /** The path for which browsers send the cookie ('/'). */
  path?: string
  /** The domain that receives the cookie, with its subdomains (only this host). */
  domain?: string
  /** Which cross-site requests carry the cookie ('lax'). */
  sameSite?: 'lax' | 'strict' | 'none'
  /** Send the cookie over https only ('auto': if `scope.scheme` is https). */
  secure?: boolean | 'auto'
  /** Other origins whose pages may open websockets (none); `'*'` allows any. */
  origins?: AllowedOrigins
}

/**
 * Gives each request its `session`, and saves changes when the response starts.
 *
 * Nothing is written if nothing changed, and an empty session sets no cookie. An unknown, forged or
 * expired cookie gives a new session with a new id. Scripts cannot read the cookies, which hold about
 * 3 kB of data: setting more throws a RangeError. Only a store can delete a session: a cookie session
 * that was copied before `destroy()` is valid until `maxAge`. Of two concurrent requests, the later
 * response wins, but a destroyed session stays destroyed. Changes after the start of the response are
 * lost. A websocket can read its session, and change it until it is accepted.
 *
 * Browsers send the cookie with websockets that pages of other sites open, and let those pages read the
 * messages. So a handshake with a foreign `Origin` gets 403 before the app is called, unless `origins`
 * lists it. For requests that change something, add `csrf()`.
 *
 * If the store is unavailable, the answer is 503, before the app runs or when its response starts;
 * requests without a session do not use the store.
 *
 * @throws TypeError unless exactly one of `secret` and `store` is given, or if browsers would reject the
 * cookie or an origin is invalid.
 * @throws RangeError if a secret is shorter than 32 bytes or `maxAge` is invalid.
 * @example
 * const cart = Route('/cart', ({ session }) => {
 *   session.data.visits = Number(session.data.visits ?? 0) + 1
 *   return new JSONResponse(session.data)
 * })
 * Application({ routes: [cart], middleware: [sessions({ store: memoryStore() })] })
 */
export function sessions(options: SessionsOptions): Middleware {
  knownOptions(
    'sessions',
    options,
    'secret sealed store cookie maxAge untilClosed rolling path domain sameSite secure origins',
  )
  assertOptions(options)
  const { cookie = 'session', origins = [] } = options
  const keeper = new Keeper(cookie, options, backendOf(cookie, options))
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (isForeignSocket(scope, origins))
      return answerException(foreignSocket(), scope, receive, send)
    const run = (opened: Opened | undefined): Promise<void> => {
      const session = new Session(opened?.record, keeper.mostBytes)
      scope.session = session
      const keeping = new Keeping(keeper, session, opened, scope, send)
      const recover = (error: unknown): Promise<void> => {
        if (keeping.failure === undefined) throw error
        return answerException(keeping.failure, scope, receive, send)
      }
      return runCatching(app, scope, receive, keeping.send, recover)
    }
    const opened = keeper.open(scope)
    if (!(opened instanceof Promise)) return run(opened)
    return opened.then(run, (error) => answerException(error, scope, receive, send))
  }
}

/** The change that the session requests, or a renewal if it is due. */
export function changeOf(session: Session, isDue: boolean): SessionChange {
  const change = session.change()
  if (change.type !== 'none' || !isDue) return change
  return { type: 'save', record: session.toRecord(), stale: undefined }
}

/** Whether the cookie gets the attribute `Secure`. */
export function isSecure(
  { secure = 'auto', sameSite, cookie = '' }: SessionsOptions,
  scheme: string,
): boolean {
  if (secure !== 'auto') return secure
  // Browsers reject these without it.
  if (sameSite === 'none' || /^__(?:host|secure)-/i.test(cookie)) return true
  return scheme === 'https' || scheme === 'wss'
}

const FORTNIGHT = 14 * 24 * 60 * 60

function backendOf(cookie: string, options: SessionsOptions): SessionBackend {
  const { secret = [], sealed = false, store, maxAge = FORTNIGHT } = options
  if (store !== undefined) return storedBackend(store, maxAge)
  const secrets = typeof secret === 'string' ? [secret] : secret
  return sealed ? sealedBackend(secrets, cookie) : signedBackend(secrets, cookie)
}

/** Reads sessions from cookies and writes them there, by way of a backend. */
class Keeper {
  readonly #name: string
  readonly #options: SessionsOptions
  readonly #maxAge: number
  readonly #backend: SessionBackend

  constructor(name: string, options: SessionsOptions, backend: SessionBackend) {
    this.#name = name
    this.#options = options
    this.#maxAge = options.maxAge ?? FORTNIGHT
    this.#backend = backend
  }

  get mostBytes(): number | undefined {
    return this.#backend.mostBytes
  }

  /** Returns a promise only if the backend does. */
  open({ headers }: ConnectionScope): Opened | undefined | Promise<Opened | undefined> {
    const token = parseCookies(new Headers(headers).getAll('cookie'))[this.#name]
    const opened = token === undefined ? undefined : this.#backend.open(token)
    return opened instanceof Promise ? opened.then(this.#inTime) : this.#inTime(opened)
  }

  readonly #inTime = (opened: Opened | undefined): Opened | undefined => {
    return opened === undefined || ageOf(opened) > this.#maxAge ? undefined : opened
  }

  /** Returns undefined if there is nothing asynchronous to do. */
  keep(
    session: Session,
    opened: Opened | undefined,
    headers: Headers,
    { scheme }: ConnectionScope,
  ): Promise<void> | undefined {
    const { rolling = false } = this.#options
    const isDue = rolling && opened !== undefined && ageOf(opened) * 2 > this.#maxAge
    const change = changeOf(session, isDue)
    return change.type === 'none' ? undefined : this.#apply(change, opened, headers, scheme)
  }

  async #apply(
    change: Exclude<SessionChange, { type: 'none' }>,
    opened: Opened | undefined,
    headers: Headers,
    scheme: string,
  ): Promise<void> {
    const value = change.type === 'save' ? await this.#save(change.record, opened) : ''
    if (change.stale !== undefined) await this.#backend.remove(change.stale)
    if (value !== undefined) headers.append('set-cookie', this.#write(value, scheme))
  }

  #save(record: Opened['record'], opened: Opened | undefined): Promise<string | undefined> {
    return this.#backend.save({ record, issued: now() }, opened?.record.id)
  }

  #write(value: string, scheme: string): string {
    const { untilClosed = false } = this.#options
    const life = untilClosed ? {} : { maxAge: this.#maxAge }
    const options = cookieOptions(this.#options, scheme)
    return serializeCookie(this.#name, value, {
      ...options,
      ...(value === '' ? { maxAge: 0, expires: 0 } : life),
    })
  }
}

const now = (): number => Math.floor(Date.now() / 1000)

const ageOf = ({ issued }: Opened): number => now() - issued

function cookieOptions(options: SessionsOptions, scheme: string): CookieOptions {
  const { path = '/', domain, sameSite = 'lax' } = options
  const secure = isSecure(options, scheme)
  return { path, sameSite, secure, httpOnly: true, ...(domain === undefined ? {} : { domain }) }
}

const LEAST_SECRET = 32

/** A guessable secret protects nothing: it needs as many bytes as the hash (RFC 7518 section 3.2). */
function assertSecrets(secrets: readonly unknown[]): void {
  if (
    !Array.isArray(secrets) ||
    secrets.length === 0 ||
    !secrets.every((secret) => typeof secret === 'string')
  ) {
    throw new TypeError(
      'sessions: secret must be text or a list of texts, something else was given. Use randomBytes(32).toString("base64url") of node:crypto.',
    )
  }
  const shortest = Math.min(...secrets.map((secret) => encodeText(secret).byteLength))
  if (shortest >= LEAST_SECRET) return
  throw new RangeError(
    `sessions: a secret must have at least ${LEAST_SECRET} bytes, one of ${shortest} was given. Make one: randomBytes(32).toString("base64url") of node:crypto.`,
  )
}

function assertOptions(options: SessionsOptions): void {
  const { secret, store, cookie = 'session', maxAge = FORTNIGHT, sealed, origins } = options
  const secrets = typeof secret === 'string' ? [secret] : secret
  if ((secrets === undefined) === (store === undefined) || (store && sealed !== undefined)) {
    const given = Object.keys(options).join(', ') || 'nothing'
    throw new TypeError(
      `sessions: sessions are kept in cookies with a secret, sealed or not, or in a store, ${given} was given. Pass secret or store.`,
    )
  }
  if (secrets !== undefined) assertSecrets(secrets)
  const isTime = Number.isInteger(maxAge) && (store === undefined || maxAge >= 1)
  const what = 'maxAge must be an integer of seconds, over 0 in a store'
  mustRange('sessions', isTime, what, maxAge, 'Leave it out for 14 days')
  assertAllowedOrigins('sessions', origins)
  serializeCookie(cookie, '', cookieOptions(options, 'https'))
}
