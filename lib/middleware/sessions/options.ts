/** The options of sessions and their checks. */
import { type AllowedOrigins, assertAllowedOrigins } from '../../authentication/origins.ts'
import { check, checkRange } from '../../internal/checks.ts'
import { knownOptions } from '../../internal/knownoptions.ts'
import { secretsOf } from '../../internal/secrets.ts'
import type { Store } from '../../stores.ts'
import { MOST_CHUNKS } from './chunks.ts'

export interface SessionsOptions {
  /**
   * Stores sessions in cookies protected by this secret: at least 32 random bytes, as text. In a list, the
   * first secret protects new cookies, and cookies with any of the secrets are accepted. So secrets can be
   * rotated.
   */
  secret?: string | readonly string[]
  /**
   * Whether the cookies are encrypted with AES-256-GCM (false). Otherwise they are signed but readable.
   */
  sealed?: boolean
  /**
   * The maximum number of cookies of a session, 1 to 3 (1). Each holds about 3 kB. Browsers send all of
   * them with every request, and servers accept 16 KiB of fields. For more data, use a store.
   */
  chunks?: number
  /** Stores sessions in this store instead. The cookie holds only the id. */
  store?: Store
  /** The name of the cookie ('session'). The prefix `__Host-` binds it to this host and to https. */
  cookie?: string
  /** Seconds for which a session is valid after it was last saved (14 days). */
  maxAge?: number
  /**
   * The maximum lifetime of a session in seconds, even if it is saved again (no limit). A new id begins a
   * new lifetime.
   */
  maxLifetime?: number
  /**
   * Whether the browser deletes the cookie when it closes (false). The session still expires after
   * `maxAge`.
   */
  untilClosed?: boolean
  /** Whether a session is renewed when it is used in the second half of its lifetime (false). */
  rolling?: boolean
  /** The path for which browsers send the cookie ('/'). */
  path?: string
  /** The domain that receives the cookie, with its subdomains (only this host). */
  domain?: string
  /** Which cross-site requests carry the cookie ('lax'). */
  sameSite?: 'lax' | 'strict' | 'none'
  /** Whether the cookie is sent over https only ('auto': if `scope.scheme` is https). */
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
    const named = Object.entries(options).map(([name, value]) =>
      value === undefined ? `${name}: undefined` : name,
    )
    const given = named.join(', ') || 'nothing'
    throw new TypeError(
      `sessions: either a secret (for cookies) or a store is needed, and sealed and chunks are for cookies only, ${given} was given. Pass secret or store.`,
    )
  }
  if (secret !== undefined) secretsOf('sessions', secret)
  const isStore = store === undefined || typeof store?.get === 'function'
  check('sessions', isStore, 'store must be a store', store, 'Write { store: memoryStore() }')
  const { maxAge = FORTNIGHT, maxLifetime = 1, origins } = options
  const isTime = Number.isInteger(maxAge) && (store === undefined || maxAge >= 1)
  const what = 'maxAge must be an integer of seconds, over 0 in a store'
  checkRange('sessions', isTime, what, maxAge, 'Leave it out for 14 days')
  const isLife = Number.isInteger(maxLifetime) && maxLifetime >= 1
  const life = 'maxLifetime must be an integer of seconds, over 0'
  checkRange('sessions', isLife, life, maxLifetime, 'Leave it out for no limit')
  const isCount = chunks === undefined || (Number.isInteger(chunks) && chunks >= 1)
  const count = `chunks must be from 1 to ${MOST_CHUNKS}`
  const fix = 'Use a store for more data'
  checkRange('sessions', isCount && (chunks ?? 1) <= MOST_CHUNKS, count, chunks, fix)
  assertAllowedOrigins('sessions', origins)
}
