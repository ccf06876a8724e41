/** Cookies that clients can keep, but not change: signed, or sealed so that they cannot be read either. */
import type { Connection } from './connections.ts'
import type { CookieOptions } from './http/cookies.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { must } from './internal/must.ts'
import { secretsOf } from './internal/secrets.ts'
import { sealedVault, signedVault } from './internal/vault.ts'
import type { AnyResponse } from './responses/response.ts'

export interface SignedCookiesOptions {
  /**
   * At least 32 random bytes, as text. In a list, the first secret protects new cookies and all are
   * accepted, so that secrets can be rotated.
   */
  secret: string | readonly string[]
  /** Encrypt the cookies (AES-256-GCM); otherwise they are signed but readable (false). */
  sealed?: boolean
}

/** Reads and writes protected cookies. */
export interface SignedCookies {
  /**
   * The value of a cookie; undefined if it is missing, expired, forged, made for another name, or by a
   * secret that is not accepted any more.
   */
  get(connection: Connection<unknown, unknown>, name: string): string | undefined
  /**
   * Sets a cookie, which scripts cannot read unless `httpOnly` is false. Its `maxAge` or `expires` is
   * checked by `get` too, so that a copied cookie does not outlive it.
   *
   * @throws TypeError as `response.setCookie`.
   */
  set(response: AnyResponse, name: string, value: string, options?: CookieOptions): void
  /** Deletes a cookie; `path` and `domain` must be those it was set with. */
  delete(response: AnyResponse, name: string, options?: CookieOptions): void
}

/**
 * Cookies with a signature, or encrypted: by the keys and in the format of `sessions()`, each name with
 * its own.
 *
 * A signature does not prevent that a client sends an older cookie again; sessions in a store do.
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
  must(
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
      must('signedCookies', typeof value === 'string', 'a value must be text', value, 'Write JSON')
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
  const ms = typeof expires === 'number' ? Date.now() + expires * 1000 : expires.getTime()
  return String(Math.floor(ms / 1000))
}

function unpack(name: string, text: string): string | undefined {
  const [, expiry, value] = /^(-?\d*),(.*)$/s.exec(text.slice(name.length + 1)) ?? []
  if (!text.startsWith(`${name},`) || expiry === undefined) return undefined
  if (expiry !== '' && Number(expiry) * 1000 <= Date.now()) return undefined
  return value
}
