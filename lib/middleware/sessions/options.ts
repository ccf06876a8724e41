/** The options of sessions, and what they must be. */
import { type AllowedOrigins, assertAllowedOrigins } from '../../authentication/origins.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import { mustRange } from '../../internal/must.ts'
import { secretsOf } from '../../internal/secrets.ts'
import type { Store } from '../../stores.ts'
import { MOST_CHUNKS } from './chunks.ts'

export interface SessionsOptions {
  /**
   * Stores sessions in cookies protected by this secret: at least 32 random bytes, as text. In a list,
   * the first secret protects new cookies and all are accepted, so that secrets can be rotated.
   */
  secret?: string | readonly string[]
  /** Encrypt the cookies (AES-256-GCM); otherwise they are signed but readable (false). */
  sealed?: boolean
  /**
   * The most cookies that a session may take, 1 to 3 (1): each holds about 3 kB. Browsers send all of them
   * with every request, and servers accept 16 KiB of fields, so a store is better for more.
   */
  chunks?: number
  /** Stores sessions here instead; the cookie holds only the id. */
  store?: Store
  /** The name of the cookie ('session'); `__Host-session` binds it to this host, over https. */
  cookie?: string
  /** Seconds that a session lives after it was last saved (14 days). */
  maxAge?: number
  /** Seconds that a session lives at most, however often it is saved, until it gets a new id (no limit). */
  maxLifetime?: number
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

export const FORTNIGHT: number = 14 * 24 * 60 * 60

/** @throws TypeError or RangeError if an option is invalid. */
export function assertOptions(options: SessionsOptions): void {
  knownOptions(
    'sessions',
    options,
    'secret sealed chunks store cookie maxAge maxLifetime untilClosed rolling path domain sameSite secure origins',
  )
  const { secret, store, sealed, chunks } = options
  const isOfCookies = sealed !== undefined || chunks !== undefined
  if ((secret === undefined) === (store === undefined) || (store && isOfCookies)) {
    const given = Object.keys(options).join(', ') || 'nothing'
    throw new TypeError(
      `sessions: sessions are kept in cookies with a secret, sealed or not, or in a store, ${given} was given. Pass secret or store.`,
    )
  }
  if (secret !== undefined) secretsOf('sessions', secret)
  const { maxAge = FORTNIGHT, maxLifetime = 1, origins } = options
  const isTime = Number.isInteger(maxAge) && (store === undefined || maxAge >= 1)
  const what = 'maxAge must be an integer of seconds, over 0 in a store'
  mustRange('sessions', isTime, what, maxAge, 'Leave it out for 14 days')
  const isLife = Number.isInteger(maxLifetime) && maxLifetime >= 1
  const life = 'maxLifetime must be an integer of seconds, over 0'
  mustRange('sessions', isLife, life, maxLifetime, 'Leave it out for no limit')
  const isCount = chunks === undefined || (Number.isInteger(chunks) && chunks >= 1)
  const count = `chunks must be from 1 to ${MOST_CHUNKS}`
  const fix = 'Use a store for more data'
  mustRange('sessions', isCount && (chunks ?? 1) <= MOST_CHUNKS, count, chunks, fix)
  assertAllowedOrigins('sessions', origins)
}
