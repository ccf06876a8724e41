/** Cookies that clients cannot change. Signed cookies can be read, sealed cookies cannot. */
import type { Connection } from './connections.ts'
import type { CookieOptions } from './http/cookies.ts'
import { check } from './internal/checks.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { secretsOf } from './internal/secrets.ts'
import { sealedVault, signedVault } from './internal/vault.ts'
import type { AnyResponse } from './responses/response.ts'

export interface SignedCookiesOptions {
  /**
   * At least 32 random bytes, as text. In a list, the first secret protects new cookies, and cookies with
   * any of the secrets are accepted. So secrets can be rotated.
   */
  secret: string | readonly string[]
  /** Encrypt the cookies (AES-256-GCM); otherwise they are signed but readable (false). */
  sealed?: boolean
}

/** Reads and writes protected cookies. */
export interface SignedCookies {
  /**
   * Returns the value of a cookie. Returns undefined if it is missing, expired, forged, or made for
   * another name or with a secret that is no longer accepted.
   */
  get(connection: Connection<unknown, unknown>, name: string): string | undefined
  /**
   * Sets a cookie, which scripts cannot read unless `httpOnly` is false. `get` checks its `maxAge` or
   * `expires` too, so a copied cookie expires as well.
   *
   * @throws TypeError as `response.setCookie`.
   */
  set(response: AnyResponse, name: string, value: string, options?: CookieOptions): void
  /** Deletes a cookie. `path` and `domain` must be the same as when it was set. */
  delete(response: AnyResponse, name: string, options?: CookieOptions): void
}

/**
 * Reads and writes cookies that are signed or encrypted, in the format of `sessions()`. Each cookie name
 * has its own keys.
 *
 * A client can send an older signed cookie again. Sessions in a store prevent that.
 *
 * @throws TypeError if an option is invalid, RangeError if a secret is shorter than 32 bytes.
 * @example
 * const cookies = signedCookies({ secret: 'example of a secret with 32 bytes or more' })
 * const remember = Route('/remember', () => {
 *   const answer = new PlainTextResponse('remembered')
 *   cookies.set(answer, 'cart', '17', { maxAge: 3600 })
 *   return answer
 * })
 * const cart = Route('/cart', (request) => new PlainTextResponse(cookies.get(request, 'cart') ?? 'none'))
 */
export function signedCookies(options: SignedCookiesOptions): SignedCookies {
  knownOptions('signedCookies', options, 'secret sealed')
  const secrets = secretsOf('signedCookies', options.secret)
  const { sealed = false } = options
  check(
    'signedCookies',
    typeof sealed === 'boolean',
    'sealed must be a boolean',
    sealed,
    'Write true',
  )
  const vault = sealed ? sealedVault(secrets, 'cookies') : signedVault(secrets, 'cookies')
  return {
    get(connection, name) {
      const token = connection.cookies[name]
      const text = token === undefined ? undefined : vault.open(token)
      return text === undefined ? undefined : unpack(name, text)
    },
    set(response, name, value, cookie = {}) {
      check('signedCookies', typeof value === 'string', 'a value must be text', value, 'Write JSON')
      response.setCookie(name, vault.protect(pack(name, value, cookie)), {
        httpOnly: true,
        ...cookie,
      })
    },
    delete(response, name, cookie) {
      response.deleteCookie(name, cookie)
    },
  }
}

/** The name, so that no cookie passes for another; the expiry, which only browsers would heed; the value. */
function pack(name: string, value: string, { maxAge, expires }: CookieOptions): string {
  return `${name},${expiryOf(maxAge ?? expires)},${value}`
}

/** In seconds since 1970, or empty. */
function expiryOf(expires: Date | number | undefined): string {
  if (expires === undefined) return ''
  const ms = expires instanceof Date ? expires.getTime() : Date.now() + expires * 1000
  return String(Math.floor(ms / 1000))
}

function unpack(name: string, text: string): string | undefined {
  const [, expiry, value] = /^(-?\d*),(.*)$/s.exec(text.slice(name.length + 1)) ?? []
  if (!text.startsWith(`${name},`) || expiry === undefined) return undefined
  if (expiry !== '' && Number(expiry) * 1000 <= Date.now()) return undefined
  return value
}
