// Published advisories about tokens and passwords, and that they do not work here. Each test is named
// by the advisory, attacks a server through a socket, and then asks the same server once more.
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import t, { type Test } from 'tap'
import { SimpleUser } from '../../lib/authentication/authentication.ts'
import { SecretTable } from '../../lib/authentication/secrets.ts'
import { basicAuth } from '../../lib/middleware/basicauth.ts'
import { bearerAuth } from '../../lib/middleware/bearerauth.ts'
import { type JWTOptions, jwt } from '../../lib/middleware/jwt.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, Router } from '../../lib/routing.ts'
import type { Middleware } from '../../lib/types.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { busy } from '../support/linear.ts'
import { listening, request, statuses } from '../support/sockets.ts'
import { claims, forged, good, issuer, SECRET } from '../support/tokens.ts'

type Ask = (...authorization: string[]) => Promise<number | undefined>

/** The status for `/secret` with these Authorization fields. */
async function guarded(t: Test, middleware: Middleware): Promise<Ask> {
  const secret = Route('/secret', () => new PlainTextResponse('secret'), {
    middleware: [middleware],
  })
  const served = await listening(t, Router([alive, secret]))
  return async (...authorization) => {
    const fields = authorization.map((value) => `authorization: ${value}`)
    const received = await served.talk(request('GET /secret', [...fields, 'connection: close']))
    await assertAlive(t, served)
    return statuses(received)[0]
  }
}

const HS256: JWTOptions = { keys: SECRET, algorithms: ['HS256'] }

t.test('hono CVE-2026-22817, CVE-2026-22818: a token cannot choose its algorithm', async (t) => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = publicKey.export({ format: 'jwk' })
  const pem = String(publicKey.export({ format: 'pem', type: 'spki' }))
  const sets: JWTOptions[] = [
    { keys: publicKey, algorithms: ['RS256'] },
    { keys: { keys: [{ ...jwk, kid: 'a' }] }, algorithms: ['RS256'] }, // without "alg"
    { keys: { keys: [{ ...jwk, kid: 'a', alg: 'RS256' }] }, algorithms: ['RS256'] },
  ]
  for (const options of sets) {
    const ask = await guarded(t, jwt(options))
    for (const header of [{ alg: 'HS256' }, { alg: 'HS256', kid: 'a' }, { alg: 'none' }]) {
      for (const secret of [pem, JSON.stringify(jwk), '']) {
        const token = forged(header, claims(), Buffer.from(secret))
        t.equal(await ask(`Bearer ${token}`), 401)
        t.equal(await ask(`Bearer ${token.replace(/[^.]*$/, '')}`), 401)
      }
    }
  }
  t.throws(() => jwt({ ...HS256, algorithms: ['none'] }), /algorithms must be a list/)
  t.throws(() => jwt({ keys: publicKey, algorithms: ['RS256', 'HS256'] }), /the key is public/)
})

t.test('a key that is in the token, or that the token refers to, is not used', async (t) => {
  const trusted = await issuer('ES256', 'a')
  const forger = await issuer('ES256', 'a')
  const ask = await guarded(t, jwt({ keys: { keys: [{ ...trusted.jwk }] }, algorithms: ['ES256'] }))
  const headers = [
    {},
    { jwk: forger.jwk },
    { jku: 'http://127.0.0.1:1/' },
    { x5u: 'http://127.0.0.1:1/' },
    { x5c: ['AAAA'] },
  ]

  for (const header of headers) {
    t.equal(await ask(`Bearer ${await forger.sign({}, header)}`), 401)
    t.equal(await ask(`Bearer ${await forger.sign({}, { ...header, kid: 'b' })}`), 401)
  }
  t.equal(await ask(`Bearer ${await trusted.sign()}`), 200)
})

t.test('a key id is not used as a path or a query', async (t) => {
  const asked: unknown[] = []
  const ask = await guarded(
    t,
    jwt({
      algorithms: ['HS256'],
      keys: ({ kid }) => {
        asked.push(kid)
        return null
      },
    }),
  )

  for (const kid of [
    '../../dev/null',
    '/etc/../x',
    "x' UNION SELECT 'a",
    '|id',
    'a\0',
    '',
    7,
    {},
    null,
  ]) {
    t.equal(await ask(`Bearer ${forged({ alg: 'HS256', kid }, claims(), new Uint8Array(1))}`), 401)
  }
  t.same(asked, [])
})

t.test('hono CVE-2025-62610: a token for another service is refused', async (t) => {
  const ask = await guarded(t, jwt({ ...HS256, audience: 'api' }))
  const careless = await guarded(t, jwt(HS256))

  for (const aud of ['other', ['other'], [], '', 'apiary', { api: true }, 7, null]) {
    t.equal(await ask(`Bearer ${good({ aud })}`), 401, JSON.stringify(aud))
  }
  t.equal(await ask(`Bearer ${good()}`), 401)
  t.equal(await ask(`Bearer ${good({ aud: ['other', 'api'] })}`), 200)
  t.equal(await careless(`Bearer ${good({ aud: 'other' })}`), 401)
})

t.test('hono CVE-2026-44459: invalid times are refused', async (t) => {
  const ask = await guarded(t, jwt(HS256))
  const odd = [
    '"x"',
    '"9999999999"',
    '1e400',
    '-1e400',
    'NaN',
    'Infinity',
    '"Infinity"',
    '0',
    '-1',
    'null',
    'true',
    '[]',
    '{}',
    '""',
  ]

  for (const exp of odd) {
    t.equal(await ask(`Bearer ${forged({ alg: 'HS256' }, `{"sub":"a","exp":${exp}}`)}`), 401, exp)
  }
  for (const nbf of ['"x"', '1e400', 'null', '[0]']) {
    const fields = `{"sub":"a","exp":9999999999,"nbf":${nbf}}`
    t.equal(await ask(`Bearer ${forged({ alg: 'HS256' }, fields)}`), 401, nbf)
  }
  t.equal(await ask(`Bearer ${forged({ alg: 'HS256' }, '{"sub":"a","exp":9999999999}')}`), 200)
})

t.test('hono CVE-2026-47673: a token of another scheme is refused', async (t) => {
  const ask = await guarded(t, jwt(HS256))
  const token = good()

  for (const scheme of ['Basic', 'Token', 'JWT', 'Bearer:', 'Bearerx', 'xBearer', '"Bearer"']) {
    t.equal(await ask(`${scheme} ${token}`), 401, scheme)
  }
  t.equal(await ask(token), 401)
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) t.equal(await ask(`${scheme} ${token}`), 200)
})

t.test('a token in two fields is refused', async (t) => {
  const ask = await guarded(t, jwt(HS256))

  t.equal(await ask(`Bearer ${good()}`, `Bearer ${good()}`), 400)
  t.equal(await ask(`Bearer ${good()}`, 'Basic YTpi'), 400)
})

t.test(
  'hono GHSA-gq3j-xvxp-8hrf, @fastify/bearer-auth CVE-2022-31142: the time of a comparison does not reveal the token',
  async (t) => {
    const secret = 'a'.repeat(32)
    const table = new SecretTable([[secret, true]])
    const guesses = ['b'.repeat(32), `${'a'.repeat(31)}b`, 'a'.repeat(40)]
    const timeOf = async (guess: string): Promise<number> => {
      const started = performance.now()
      for (let count = 0; count < 200; count++) await table.find(guess)
      return performance.now() - started
    }
    const least = guesses.map(() => Number.POSITIVE_INFINITY)
    for (let round = 0; round < 10; round++) {
      for (const [index, guess] of guesses.entries()) {
        least[index] = Math.min(least[index] ?? 0, await timeOf(guess))
      }
    }
    t.ok(Math.max(...least) / Math.min(...least) < 2, `far off, near, longer: ${least} ms`)

    const tokens = { [secret]: { user: new SimpleUser('a') } }
    const ask = await guarded(t, bearerAuth({ tokens }))
    for (const guess of [...guesses, 'a', secret.slice(1), `${secret}a`]) {
      t.equal(await ask(`Bearer ${guess}`), 401)
    }
    t.equal(await ask(`Bearer ${secret}`), 200)
  },
)

// Row 98.
t.test('Litestar, hono: Authorization fields of basic authentication', async (t) => {
  const ask = await guarded(t, basicAuth({ users: { ada: 'pass' } }))
  const base64 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('base64')
  const fields = [
    'Basic',
    'Basic ',
    `Basic ${'A'.repeat(14_000)}`,
    `Basic ${'='.repeat(14_000)}`,
    `Basic ${' '.repeat(14_000)}x`,
    'Basic !!!!',
    'Basic YWRhOnBhc3M', // not padded
    'Basic YWRhOnBhc3M=x',
    'Basic YWRhOn Bhc3M=',
    `Basic ${base64('ada')}`,
    `Basic ${base64('ada\xffpass')}`,
    `Basic ${base64('ada:pass\xff')}`,
    `Basic ${base64('ada:pass\0')}`,
    `Basic ${base64('\xef\xbb\xbfada:pass')}`, // a byte order mark
    `Basic ${base64(':')}`,
    `Basic ${base64('constructor:pass')}`,
  ]
  for (const field of fields) t.equal(await ask(field), 401, field.slice(0, 40))
  t.equal(await ask(`Basic ${base64('ada:pass')}`), 200)
  t.equal(await ask(`bAsIc   ${base64('ada:pass')}`), 200)
})

t.test('a token of the maximum length of a field is read in time', async (t) => {
  const ask = await guarded(t, jwt(HS256))
  const started = busy()

  for (const part of ['.', 'a', 'eyJ', '=', '~']) {
    const status = await ask(`Bearer ${part.repeat(14_000 / part.length)}`)
    t.ok(status === 401 || status === 400, part)
  }
  const deep = `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`
  const content = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(deep).toString('base64url')}`
  const signature = createHmac('sha256', SECRET).update(content).digest('base64url')
  t.equal(await ask(`Bearer ${content}.${signature}`.slice(0, 16_000)), 401)

  t.ok(busy() - started < 5_000)
})
