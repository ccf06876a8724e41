import { createPublicKey } from 'node:crypto'
import type { JWTVerifyOptions } from 'jose'
import t from 'tap'
import type { JWTKey, JWTKeys } from '../../../lib/middleware/jwt/keys.ts'
import { verifier } from '../../../lib/middleware/jwt/verify.ts'
import { claims, forged, good, issuer, keyServer, SECRET } from '../../support/tokens.ts'

const FETCHING = { timeoutDuration: 1_000, cooldownDuration: 0, cacheMaxAge: 600_000 }

const using = (keys: JWTKeys, options: JWTVerifyOptions, told: unknown[] = []) =>
  verifier(keys, FETCHING, options, (error) => told.push(error))

t.test('returns the claims of a token that is signed by the key', async (t) => {
  const { jwk, sign } = await issuer('ES256')
  const options = { algorithms: ['ES256'] }
  const token = await sign({ more: 7 })

  t.match(await using(SECRET, { algorithms: ['HS256'] })(good()), { sub: 'ada' })
  t.match(await using({ ...jwk, alg: 'ES256' }, options)(token), { sub: 'ada', more: 7 })
  t.match(await using(createPublicKey({ key: jwk as never, format: 'jwk' }), options)(token), {
    more: 7,
  })
  t.match(await using({ keys: [{ ...jwk }] }, options)(token), { more: 7 })
  t.match(await using(async () => ({ ...jwk }), options)(token), { more: 7 })
})

t.test('errors say what is wrong with a token', async (t) => {
  const verify = using(SECRET, {
    algorithms: ['HS256'],
    requiredClaims: ['exp'],
    issuer: 'me',
    typ: 'at+jwt',
  })
  const header = { alg: 'HS256', typ: 'at+jwt' }
  const fine = claims({ iss: 'me' })
  const { exp, ...endless } = fine
  const [first, second] = forged(header, fine).split('.')
  const table: [token: string, message: string][] = [
    [forged(header, { ...fine, exp: 1 }), 'The token has expired.'],
    [forged(header, endless), 'The claim exp of the token is missing.'],
    [forged(header, { ...fine, exp: 'soon' }), 'The claim exp of the token is invalid.'],
    [forged(header, { ...fine, nbf: exp }), 'The claim nbf of the token is invalid.'],
    [forged(header, { ...fine, iss: 'you' }), 'The claim iss of the token is invalid.'],
    [forged({ alg: 'HS256' }, fine), 'The claim typ of the token is invalid.'],
    [forged(header, fine, Buffer.alloc(32)), 'The signature of the token is invalid.'],
    [`${first}.${second}.`, 'The signature of the token is invalid.'],
    [
      forged({ ...header, alg: 'none' }, fine),
      'The signature algorithm of the token is not allowed.',
    ],
    [
      forged({ ...header, alg: 'HS512' }, fine),
      'The signature algorithm of the token is not allowed.',
    ],
    [
      forged({ ...header, crit: ['x'], x: 1 }, fine),
      'The key of the token does not match its algorithm.',
    ],
    [forged(header, '[]'), 'The token is malformed.'],
    [forged(header, 'no json'), 'The token is malformed.'],
    [forged({ typ: 'at+jwt' }, fine), 'The token is malformed.'],
    ['abc', 'The token is malformed.'],
    ['a.b.c', 'The token is malformed.'],
    ['a.b.c.d.e', 'The token is malformed.'],
  ]
  for (const [token, message] of table) {
    await t.rejects(verify(token), { name: 'AuthenticationError', message }, message)
  }
  t.match(await verify(forged(header, fine)), { iss: 'me' })
})

t.test('a key of another kind does not match', async (t) => {
  const elliptic = await issuer('ES256')
  const rsa = await issuer('RS256')
  const key = createPublicKey({ key: rsa.jwk as never, format: 'jwk' })
  const verify = using(key, { algorithms: ['RS256', 'ES256'] })

  await t.rejects(
    verify(await elliptic.sign()),
    /The key of the token does not match its algorithm/,
  )
  t.match(await verify(await rsa.sign()), { sub: 'ada' })
})

t.test('a function cannot return a key for another algorithm of the client', async (t) => {
  const elliptic = await issuer('ES256')
  const rsa = await issuer('RS256')
  const jwk = (key: object): object => createPublicKey({ key: key as never, format: 'jwk' })
  const imported = await crypto.subtle.importKey(
    'jwk',
    elliptic.jwk as JsonWebKey,
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['verify'],
  )
  const keys = [SECRET, elliptic.jwk, jwk(elliptic.jwk), rsa.jwk, jwk(rsa.jwk), imported]
  const names = ['HS256', 'HS512', 'RS256', 'PS512', 'ES256', 'ES384', 'EdDSA']
  for (const key of keys) {
    const verify = using(() => key as JWTKey, { algorithms: names })
    for (const alg of names) {
      const token = forged({ alg }, claims(), Buffer.from('no secret of ours, of 32 bytes'))
      await t.rejects(verify(token), { name: 'AuthenticationError' }, `${alg} ${key}`)
    }
  }
})

t.test('an invalid key from a function is a bug', async (t) => {
  const options = { algorithms: ['HS256'] }
  for (const key of [{}, 'text', () => null, { kty: 'EC', d: 'x' }]) {
    await t.rejects(using(() => key as never, options)(good()), {
      name: 'TypeError',
      message: /^jwt: keys must be the bytes of a secret/,
    })
  }
  // A public key must never serve as a secret.
  const set = using(() => ({ keys: [] }), options)
  await t.rejects(set(good()), /The key of the token does not match its algorithm/)
  const nothing = using(() => undefined as never, options)
  await t.rejects(nothing(good()), /The key of the token is unknown/)
})

t.test('a function gets a valid key id only', async (t) => {
  const { jwk, sign } = await issuer('ES256')
  const seen: unknown[] = []
  const verify = using(
    (header) => {
      seen.push(header)
      return header.kid === 'a' ? { ...jwk } : null
    },
    { algorithms: ['ES256'] },
  )

  t.match(await verify(await sign({}, { kid: 'a' })), { sub: 'ada' })
  await t.rejects(verify(await sign({}, { kid: 'b' })), /The key of the token is unknown/)
  await t.rejects(verify(await sign()), /The key of the token is unknown/)
  await t.rejects(verify(await sign({}, { kid: '../a' })), /The key id of the token is invalid/)
  t.same(seen, [
    { alg: 'ES256', kid: 'a' },
    { alg: 'ES256', kid: 'b' },
    { alg: 'ES256', kid: undefined },
  ])
})

t.test('several keys of a set are tried if the token has no key id', async (t) => {
  const one = await issuer('ES256')
  const two = await issuer('ES256')
  const stranger = await issuer('ES256')
  const verify = using({ keys: [{ ...one.jwk }, { ...two.jwk }] }, { algorithms: ['ES256'] })

  t.match(await verify(await two.sign()), { sub: 'ada' })
  await t.rejects(verify(await stranger.sign()), /The signature of the token is invalid/)
  await t.rejects(verify(await two.sign({ exp: 1 })), /The token has expired/)
})

t.test('a set is fetched once, and again for an unknown key', async (t) => {
  const old = await issuer('ES256', 'old')
  const fresh = await issuer('ES256', 'new')
  const server = await keyServer(t, [old.jwk])
  const verify = using(server.url, { algorithms: ['ES256'] })

  for (let count = 0; count < 3; count++) await verify(await old.sign())
  t.equal(server.requests, 1)

  server.keys = [fresh.jwk]
  t.match(await verify(await fresh.sign()), { sub: 'ada' })
  t.equal(server.requests, 2)
  await t.rejects(verify(await old.sign()), /The key of the token is unknown/)
})

t.test('unknown keys do not cause a fetch within the cooldown', async (t) => {
  const old = await issuer('ES256', 'old')
  const stranger = await issuer('ES256', 'stranger')
  const server = await keyServer(t, [old.jwk])
  const fetching = { ...FETCHING, cooldownDuration: 60_000 }
  const verify = verifier(server.url, fetching, { algorithms: ['ES256'] }, () => t.fail())
  await verify(await old.sign())

  for (let count = 0; count < 5; count++) {
    await t.rejects(verify(await stranger.sign()), /The key of the token is unknown/)
  }

  t.equal(server.requests, 1)
})

t.test('a failed fetch of keys is not an error of the client', async (t) => {
  const { sign, jwk } = await issuer('ES256', 'a')
  const server = await keyServer(t, [jwk])
  const told: unknown[] = []
  const verify = using(server.url, { algorithms: ['ES256'] }, told)
  const gone = using(new URL('http://127.0.0.1:1/jwks'), { algorithms: ['ES256'] }, told)
  const refused = { name: 'HTTPException', status: 503 }

  server.status = 500
  await t.rejects(verify(await sign()), refused)
  await t.rejects(gone(await sign()), refused)
  t.match(told, [{ message: /200 OK/ }, { message: /fetch failed/ }], 'the program is told why')

  server.status = 200
  t.match(await verify(await sign()), { sub: 'ada' }, 'and it recovers')
  await t.rejects(verify(`${await sign()}A`), { name: 'AuthenticationError' })
  t.equal(told.length, 2, 'but nothing of the faults of tokens')
})

t.test('invalid tokens do not repeat a failed fetch', async (t) => {
  const { sign, jwk } = await issuer('ES256', 'a')
  const stranger = await issuer('ES256', 'b')
  const server = await keyServer(t, [jwk])
  const told: unknown[] = []
  const fetching = { ...FETCHING, cooldownDuration: 60_000 }
  let ahead = 0
  const { now } = Date
  t.intercept(Date, 'now', { value: () => now() + ahead })
  const verify = verifier(server.url, fetching, { algorithms: ['ES256'] }, (error) => {
    told.push(error)
    throw new Error('a listener that fails')
  })
  const lines = t.capture(console, 'error', () => {})

  const token = await stranger.sign()
  server.status = 500
  for (let count = 0; count < 10; count++) {
    await t.rejects(verify(token), { name: 'HTTPException', status: 503 })
  }
  t.equal(server.requests, 1)
  t.equal(told.length, 1, 'the program is told once')
  t.same(
    lines().map(({ args }) => args),
    [['jwt: onError failed: Error: a listener that fails']],
  )

  server.status = 200
  ahead += 61_000
  t.match(await verify(await sign()), { sub: 'ada' })
  server.status = 500
  ahead += 61_000
  await t.rejects(verify(token), { name: 'HTTPException', status: 503 })
  t.match(await verify(await sign()), { sub: 'ada' }, 'keys that are known go on')
})

t.test('errors of the function are rethrown', async (t) => {
  for (const bug of [new Error('the database is gone'), new TypeError('there is no "key" in it')]) {
    const verify = using(() => Promise.reject(bug), { algorithms: ['HS256'] })

    await t.rejects(verify(good()), bug)
  }
})
