/** Reads sessions from cookies and writes them there, with the help of a backend. */
import { type CookieOptions, parseCookies, serializeCookie } from '../../http/cookies.ts'
import { Headers } from '../../http/headers.ts'
import type { Session, SessionChange, SessionRecord } from '../../http/session.ts'
import { sealedVault, signedVault } from '../../internal/vault.ts'
import type { ConnectionScope } from '../../types.ts'
import type { SavedSession, SessionBackend } from './backend.ts'
import { join, split, surplus } from './chunks.ts'
import { cookieBackend } from './cookie.ts'
import { FORTNIGHT, type SessionsOptions } from './options.ts'
import { storedBackend } from './stored.ts'

type Cookies = Readonly<Record<string, string>>

function backendOf(cookie: string, options: SessionsOptions): SessionBackend {
  const { secret = [], sealed = false, store, maxAge = FORTNIGHT, chunks } = options
  if (store !== undefined) return storedBackend(store, maxAge)
  const secrets = typeof secret === 'string' ? [secret] : secret
  const vault = sealed ? sealedVault : signedVault
  return cookieBackend(vault(secrets, `session ${cookie}`), cookie, chunks)
}

export class Keeper {
  readonly #name: string
  readonly #options: SessionsOptions
  readonly #maxAge: number
  readonly #maxLifetime: number
  readonly #backend: SessionBackend

  constructor(options: SessionsOptions) {
    const {
      cookie = 'session',
      maxAge = FORTNIGHT,
      maxLifetime = Number.POSITIVE_INFINITY,
    } = options
    this.#name = cookie
    this.#options = options
    this.#maxAge = maxAge
    this.#maxLifetime = maxLifetime
    this.#backend = backendOf(cookie, options)
  }

  get mostBytes(): number | undefined {
    return this.#backend.mostBytes
  }

  /** Returns a promise only if the backend does. */
  open(cookies: Cookies): SavedSession | undefined | Promise<SavedSession | undefined> {
    const token = join(this.#name, cookies)
    const opened = token === undefined ? undefined : this.#backend.open(token)
    return opened instanceof Promise ? opened.then(this.#inTime) : this.#inTime(opened)
  }

  readonly #inTime = (opened: SavedSession | undefined): SavedSession | undefined => {
    if (opened === undefined || ageOf(opened) > this.#maxAge) return undefined
    return now() - opened.created > this.#maxLifetime ? undefined : opened
  }

  /** Returns undefined if there is nothing asynchronous to do. */
  keep(
    session: Session,
    opened: SavedSession | undefined,
    headers: Headers,
    scope: ConnectionScope,
  ): Promise<void> | undefined {
    const { rolling = false } = this.#options
    const isDue = rolling && opened !== undefined && ageOf(opened) * 2 > this.#maxAge
    const change = changeOf(session, isDue)
    return change.type === 'none' ? undefined : this.#apply(change, opened, headers, scope)
  }

  async #apply(
    change: Exclude<SessionChange, { type: 'none' }>,
    opened: SavedSession | undefined,
    headers: Headers,
    scope: ConnectionScope,
  ): Promise<void> {
    const kept = change.type === 'save' ? withTimes(change.record, opened) : undefined
    const token = kept && (await this.#backend.save(kept, opened?.record.id))
    if (change.stale !== undefined) await this.#backend.remove(change.stale)
    // A session that was removed meanwhile stays removed.
    if (kept !== undefined && token === undefined) return
    const options = cookieOptions(this.#options, scope.scheme)
    const cookies = split(this.#name, token ?? '')
    for (const [name, value] of cookies) {
      const life = value === '' ? GONE : this.#life(kept)
      headers.append('set-cookie', serializeCookie(name, value, { ...options, ...life }))
    }
    if ((this.#options.chunks ?? 1) === 1) return
    for (const name of surplus(this.#name, cookies.length, cookiesOf(scope))) {
      headers.append('set-cookie', serializeCookie(name, '', { ...options, ...GONE }))
    }
  }

  #life(kept: SavedSession | undefined): CookieOptions {
    if (this.#options.untilClosed === true || kept === undefined) return {}
    const left = this.#maxLifetime - (kept.issued - kept.created)
    return { maxAge: Math.min(this.#maxAge, left) }
  }

  /** Returns the cookies of a new session with this data. */
  async make(session: Session): Promise<Cookies> {
    const kept = withTimes(session.toRecord(), undefined)
    return Object.fromEntries(split(this.#name, (await this.#backend.save(kept)) ?? ''))
  }
}

const GONE: CookieOptions = { maxAge: 0, expires: 0 }

export function cookiesOf({ headers }: ConnectionScope): Cookies {
  return parseCookies(new Headers(headers).getAll('cookie'))
}

/** Adds the times to a session. A session with a new id is a new session. */
function withTimes(record: SessionRecord, opened: SavedSession | undefined): SavedSession {
  const issued = now()
  const isSame = opened?.record.id === record.id
  return { record, issued, created: isSame ? opened.created : issued }
}

/** Returns the change that the session needs, or a renewal if that is due. */
export function changeOf(session: Session, isDue: boolean): SessionChange {
  const change = session.change()
  if (change.type !== 'none' || !isDue) return change
  return { type: 'save', record: session.toRecord(), stale: undefined }
}

const now = (): number => Math.floor(Date.now() / 1000)

const ageOf = ({ issued }: SavedSession): number => now() - issued

/** Whether the cookie gets the attribute `Secure`. */
export function isSecure(
  { secure = 'auto', sameSite, cookie = '' }: SessionsOptions,
  scheme: string,
): boolean {
  if (secure !== 'auto') return secure
  // Browsers reject such a cookie without `Secure`.
  if (sameSite === 'none' || /^__(?:host|secure)-/i.test(cookie)) return true
  return scheme === 'https' || scheme === 'wss'
}

export function cookieOptions(options: SessionsOptions, scheme: string): CookieOptions {
  const { path = '/', domain, sameSite = 'lax' } = options
  const secure = isSecure(options, scheme)
  return { path, sameSite, secure, httpOnly: true, ...(domain === undefined ? {} : { domain }) }
}
