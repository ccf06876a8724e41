/** Credentials of test requests. */

import { Headers } from '../../http/headers.ts'
import { toBase64 } from '../../internal/base64url.ts'
import { encodeText } from '../../internal/bytes.ts'
import { check } from '../../internal/checks.ts'
import type { TestAuth, TestRequestOptions } from './options.ts'

/**
 * Returns the value of `Authorization`.
 *
 * @throws TypeError if the credentials are neither a username and a password nor a bearer token.
 */
export function authorizationOf(auth: TestAuth): string {
  if ('bearer' in auth) {
    checkAuth(typeof auth.bearer === 'string', auth)
    return `Bearer ${auth.bearer}`
  }
  const { username, password } = auth
  checkAuth(typeof username === 'string' && typeof password === 'string', auth)
  return `Basic ${toBase64(encodeText(`${username}:${password}`))}`
}

function checkAuth(holds: boolean, auth: unknown): void {
  const fix = "Write { username: 'ada', password: 'secret' } or { bearer: 'token' }"
  check('testClient', holds, 'auth must be credentials', auth, fix)
}

/** Returns options with the credentials as a header field, which redirects handle like any other field. */
export function withAuthorization({ auth, ...options }: TestRequestOptions): TestRequestOptions {
  if (auth === undefined) return options
  const headers = Headers.from(options.headers)
  headers.setDefault('authorization', authorizationOf(auth))
  return { ...options, headers }
}
