import { createPublicKey, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import t from 'tap'
import { assertKeys, isKeyId, type JWTKeys, kindOf } from '../../../lib/middleware/jwt/keys.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }) }
const secret = randomBytes(64)
const url = new URL('https://login.example.org/jwks')

t.test('distinguishes secrets from public keys', async (t) => {
  const table: [JWTKeys, string][] = [
    [secret, 'secret'],
    [createSecretKey(secret), 'secret'],
    [{ kty: 'oct', k: 'abc' }, 'secret'],
    [publicKey, 'public'],
    [createPublicKey(privateKey), 'public'],
    [jwk, 'public'],
    [{ keys: [jwk] }, 'set'],
    [url, 'set'],
    [() => null, 'function'],
  ]
  for (const [keys, kind] of table) t.equal(kindOf(keys), kind)
})

t.test('rejects invalid keys and private keys', async (t) => {
  const wrong = [
    [undefined, 'undefined'],
    [null, 'object'],
    ['a secret', 'string'],
    [{}, 'another object'],
    [privateKey, 'a private key'],
    [{ ...privateKey.export({ format: 'jwk' }) }, 'a private key'],
  ] as const
  for (const [keys, what] of wrong) {
    t.throws(() => assertKeys(keys as never, ['ES256']), {
      name: 'TypeError',
      message: new RegExp(`^jwt: keys must be the bytes .*, ${what} was given\\.`),
    })
  }
})

t.test('algorithms are required, and "none" is not one', async (t) => {
  for (const algorithms of [
    undefined,
    [],
    'ES256',
    ['none'],
    ['None'],
    ['ES256', 'none'],
    ['es256'],
  ]) {
    t.throws(
      () => assertKeys(publicKey, algorithms as never),
      /^jwt: algorithms must be a list of HS256/,
    )
  }
})

t.test('a public key is never used as a secret, and a secret never as a public key', async (t) => {
  const confusing: [JWTKeys, string[], RegExp][] = [
    [publicKey, ['HS256'], /the key is public/],
    [jwk, ['ES256', 'HS256'], /the key is public/],
    [url, ['RS256', 'HS512'], /sets of keys are public/],
    [{ keys: [jwk] }, ['HS256'], /sets of keys are public/],
    [secret, ['RS256'], /the key is a shared secret/],
    [secret, ['HS256', 'RS256'], /the key is a shared secret/],
    [Buffer.from(String(publicKey.export({ format: 'pem', type: 'spki' }))), ['HS256'], /PEM file/],
  ]
  for (const [keys, algorithms, message] of confusing) {
    t.throws(() => assertKeys(keys, algorithms), { name: 'TypeError', message })
  }
  t.doesNotThrow(() => assertKeys(() => null, ['HS256', 'RS256']), 'a function sees the algorithm')
  t.doesNotThrow(() => assertKeys(publicKey, ['ES256', 'EdDSA']))
})

t.test('a secret has at least the length of the hash', async (t) => {
  for (const [name, least] of [
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const) {
    t.doesNotThrow(() => assertKeys(randomBytes(least), [name]))
    t.throws(() => assertKeys(randomBytes(least - 1), [name]), {
      name: 'RangeError',
      message: `jwt: the secret must have at least ${least} bytes for ${name}, ${least - 1} were given. Make one: randomBytes(${least}) of node:crypto.`,
    })
  }
})

t.test('keys are fetched over https, or from localhost', async (t) => {
  for (const text of [
    'https://a.example/',
    'http://localhost:1/',
    'http://127.0.0.1/',
    'http://[::1]/',
  ]) {
    t.doesNotThrow(() => assertKeys(new URL(text), ['RS256']), text)
  }
  for (const text of [
    'http://a.example/',
    'http://localhost.evil.example/',
    'file:///etc/jwks',
    'data:,x',
  ]) {
    t.throws(() => assertKeys(new URL(text), ['RS256']), /^jwt: keys must come over https/, text)
  }
})

t.test('a key id is a plain word', async (t) => {
  for (const kid of ['1', 'a-b_c', 'https://a/b', 'YWJj+/==', 'a'.repeat(256)]) {
    t.equal(isKeyId(kid), true, kid)
  }
  const wrong = [
    '',
    '../../dev/null',
    "' OR 1=1",
    'a b',
    'a\0',
    'a\n',
    '<b>',
    'a?b',
    '$ne',
    'ü',
    7,
    null,
    ['a'],
    {},
    'a'.repeat(257),
  ]
  for (const kid of wrong) t.equal(isKeyId(kid), false, String(kid))
})
