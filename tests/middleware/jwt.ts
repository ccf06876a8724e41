import t from 'tap'
import { SimpleUser } from '../../lib/authentication/authentication.ts'
import { shown } from '../../lib/internal/checks.ts'
import { type JWTOptions, jwt } from '../../lib/middleware/jwt.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { claims, forged, good, issuer, keyServer, SECRET } from '../support/tokens.ts'

const who = Route(
  '/',
  ({ user, auth }) => new JSONResponse([user.displayName, auth.scopes, auth.claims]),
)

const now = (): number => Math.floor(Date.now() / 1000)

async function told(
  token: string | undefined,
  options: Partial<JWTOptions> = {},
): Promise<[number, unknown]> {
  const app = jwt({ keys: SECRET, algorithms: ['HS256'], ...options })(who)
  await using client = await testClient(app)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await client.get('/', { headers })
  if (response.status === 200) return [200, await response.json()]
  return [response.status, response.headers.get('www-authenticate')]
}

const invalid = (description: string) => [
  401,
  `Bearer error="invalid_token", error_description="${description}"`,
]

t.test('sets user, scopes and claims', async (t) => {
  const given = claims({ scope: 'read write', tenant: 'x' })

  t.same(await told(forged({ alg: 'HS256' }, given)), [200, ['ada', ['read', 'write'], given]])
})

t.test('an error of fetching keys is reported to the program, and is not a 401', async (t) => {
  const errors: unknown[] = []
  const app = jwt({
    keys: new URL('http://127.0.0.1:1/jwks'),
    algorithms: ['ES256'],
    onError: (error) => errors.push(error),
  })(who)
  await using client = await testClient(app)
  const { sign } = await issuer('ES256', 'a')

  const response = await client.get('/', { headers: { authorization: `Bearer ${await sign()}` } })

  t.equal(response.status, 503)
  t.match(errors, [{ message: /fetch failed/ }])
})

t.test('keys may take any time if fetchTimeoutMs is too long for a timer', async (t) => {
  const { jwk, sign } = await issuer('ES256', 'a')
  const { url } = await keyServer(t, [jwk])
  for (const fetchTimeoutMs of [5000.5, 2 ** 31, Number.POSITIVE_INFINITY]) {
    const options = { keys: url, algorithms: ['ES256'] as const, fetchTimeoutMs }
    t.equal((await told(await sign(), options))[0], 200, `${fetchTimeoutMs}`)
  }
})

t.test('answers as RFC 6750 requires', async (t) => {
  t.same(await told(undefined), [401, 'Bearer'])
  t.same(await told(good({ exp: 1 })), invalid('The token has expired.'))
  t.match(await told(good({ scope: 'read' }), { scopes: ['write'] }), [
    403,
    /error="insufficient_scope".*scope="write"/,
  ])
  t.match(await told(good({ scope: 'read' }), { scopes: ['read'] }), [200])
})

t.test('a token needs an expiry and a subject, unless the options say otherwise', async (t) => {
  const { exp, ...endless } = claims()
  const { sub, ...nameless } = claims()
  const of = (fields: object) => forged({ alg: 'HS256' }, { ...fields })

  t.same(await told(of(endless)), invalid('The claim exp of the token is missing.'))
  t.same(await told(of(nameless)), invalid('The claim sub of the token is missing.'))
  t.match(await told(of(endless), { requiredClaims: ['sub'] }), [200, ['ada']])
  t.match(await told(of(nameless), { requiredClaims: ['exp'] }), [200, ['']])
  t.match(await told(of({ exp, sub }), { requiredClaims: ['jti'] }), [401])
})

t.test('times may differ by the tolerance', async (t) => {
  const late = good({ exp: now() - 5 })
  const early = good({ nbf: now() + 5 })

  for (const token of [late, early]) {
    t.match(await told(token), [401])
    t.match(await told(token, { clockTolerance: 30 }), [200])
  }
})

t.test('a token may be too old', async (t) => {
  t.match(await told(good({ iat: now() - 100 }), { maxAge: 50 }), [401])
  t.match(await told(good({ iat: now() - 10 }), { maxAge: 50 }), [200])
  t.match(await told(good(), { maxAge: 50 }), [401])
})

t.test('issuer, audience and type must match the options', async (t) => {
  const table: [Record<string, unknown>, Partial<JWTOptions>, number][] = [
    [{ iss: 'a' }, { issuer: 'a' }, 200],
    [{ iss: 'a' }, { issuer: ['b', 'a'] }, 200],
    [{ iss: 'a' }, { issuer: 'b' }, 401],
    [{}, { issuer: 'b' }, 401],
    [{ aud: 'a' }, { audience: 'a' }, 200],
    [{ aud: ['x', 'a'] }, { audience: ['a', 'b'] }, 200],
    [{ aud: 'b' }, { audience: 'a' }, 401],
    [{}, { audience: 'a' }, 401],
    [{ aud: 'a' }, {}, 401],
    [{ aud: 'a' }, { audience: null }, 200],
    [{}, { audience: null }, 200],
    [{}, { type: 'at+jwt' }, 401],
  ]
  for (const [more, options, status] of table) {
    t.match(await told(good(more), options), [status], JSON.stringify([more, options]))
  }
  t.match(await told(forged({ alg: 'HS256', typ: 'at+jwt' }, claims()), { type: 'at+jwt' }), [200])
})

t.test('identify returns the user, or null', async (t) => {
  const identify: JWTOptions['identify'] = async ({ sub, jti }, { url }) =>
    jti === 'revoked' ? null : { user: new SimpleUser(`${sub}@${url.hostname}`), scopes: ['x'] }

  t.match(await told(good(), { identify }), [200, ['ada@testserver', ['x'], { sub: 'ada' }]])
  t.same(await told(good({ jti: 'revoked' }), { identify }), invalid('The token is not valid.'))
})

t.test('accepts the options of bearer tokens', async (t) => {
  t.match(await told(undefined, { optional: true }), [200, ['', []]])
  t.match(await told(undefined, { realm: 'x' }), [401, 'Bearer realm="x"'])
})

t.test('invalid options throw at once', async (t) => {
  const options = { keys: SECRET, algorithms: ['HS256'] }
  t.throws(() => jwt({ keys: SECRET } as never), /^jwt: algorithms must be a list/)
  t.throws(() => jwt({ ...options, keys: 'secret' as never }), /^jwt: keys must be the bytes/)
  t.throws(() => jwt({ ...options, scopes: 'a' as never }), /^jwt: scopes must be a list/)
  const onError = 'console' as unknown as () => void
  t.throws(() => jwt({ keys: SECRET, algorithms: ['HS256'], onError }), /^jwt: onError must be a/)
  t.throws(() => jwt({ ...options, identify: 'sub' as never }), /^jwt: identify must be a function/)
  for (const name of [
    'clockTolerance',
    'maxAge',
    'fetchTimeoutMs',
    'fetchCooldownMs',
    'fetchMaxAgeMs',
  ]) {
    for (const value of [-1, Number.NaN, '5']) {
      t.throws(() => jwt({ ...options, [name]: value }), {
        name: 'RangeError',
        message: `jwt: ${name} must be a number that is not negative, ${shown(value)} was given. Leave it out for the default.`,
      })
    }
  }
})
