import t from 'tap'
import {
  type Claims,
  InvalidField,
  readClaims,
  type Trust,
} from '../../../lib/middleware/proxyheaders/claims.ts'
import { httpScope } from '../../support/scopes.ts'

const ALL: Trust = {
  isTrusted: (host) => host.startsWith('10.'),
  forwarded: false,
  proto: true,
  host: true,
  port: true,
  prefix: true,
}

type Fields = Readonly<Record<string, string | readonly string[]>>

function claim(fields: Fields, trust: Partial<Trust> = {}): Partial<Claims> | string {
  const headers = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  )
  const claims = readClaims(httpScope({ headers }), { ...ALL, ...trust })
  if (claims instanceof InvalidField) return claims.field
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

const clientIn = (...values: string[]): unknown => {
  const claims = claim({ 'x-forwarded-for': values })
  return typeof claims === 'string' ? claims : claims.client?.host
}

t.test('without fields nothing is claimed', async (t) => {
  t.same(claim({}), {})
  t.same(claim({}, { forwarded: true }), {})
  t.same(claim({ 'x-forwarded-for': ' , ' }), {})
})

t.test('the client is the first untrusted address from the right', async (t) => {
  t.equal(clientIn('1.1.1.1'), '1.1.1.1')
  t.equal(clientIn('6.6.6.6, 1.1.1.1'), '1.1.1.1')
  t.equal(clientIn('6.6.6.6, 1.1.1.1, 10.0.0.1'), '1.1.1.1')
  t.equal(clientIn('6.6.6.6', '1.1.1.1', '10.0.0.1,10.0.0.2'), '1.1.1.1')
  t.equal(clientIn('10.0.0.3, 10.0.0.2'), '10.0.0.3', 'all are trusted')
  t.equal(clientIn('unknown, 10.0.0.2'), 'unknown')
  t.same(claim({ 'x-forwarded-for': '[::1]:80' }), { client: { host: '::1', port: 80 } })
})

t.test('invalid values matter only if they are read', async (t) => {
  t.equal(clientIn('evil, 1.1.1.1'), '1.1.1.1')
  t.equal(clientIn('evil'), 'X-Forwarded-For')
  t.equal(clientIn('1.1.1.1, evil'), 'X-Forwarded-For')
  t.equal(clientIn('evil, 10.0.0.1'), 'X-Forwarded-For')
})

t.test('other fields are those of the proxy that forwarded the client', async (t) => {
  for (const [hops, proto, scheme] of [
    ['1.1.1.1', 'https', 'https'],
    ['1.1.1.1', 'https, http', 'http'],
    ['6.6.6.6, 1.1.1.1', 'https, http', 'http'],
    ['1.1.1.1, 10.0.0.1', 'https, http', 'https'],
    ['1.1.1.1, 10.0.0.1', 'http, https, http', 'https'],
    ['1.1.1.1, 10.0.0.1', 'https', 'https'],
    ['1.1.1.1, 10.0.0.1, 10.0.0.2', 'https, http', 'https'],
    ['', 'http, https', 'https'],
  ] as const) {
    const claims = claim({ 'x-forwarded-for': hops, 'x-forwarded-proto': proto })
    t.match(claims, { scheme }, `${hops} ${proto}`)
  }
})

t.test('values are read', async (t) => {
  const scheme = (value: string) => claim({ 'x-forwarded-proto': value })
  const host = (value: string) => claim({ 'x-forwarded-host': value })
  const port = (value: string) => claim({ 'x-forwarded-port': value })
  const prefix = (value: string) => claim({ 'x-forwarded-prefix': value })

  t.same(scheme('HTTPS'), { scheme: 'https' })
  t.same(scheme('wss'), { scheme: 'https' })
  t.same(scheme('ws'), { scheme: 'http' })
  for (const value of ['ftp', 'https;', 'javascript']) t.equal(scheme(value), 'X-Forwarded-Proto')
  t.same(host('a.test:80'), { host: 'a.test:80' })
  t.same(host('[::1]'), { host: '[::1]' })
  for (const value of ['a@b', 'a/b', 'a b', 'a?', '[::1', 'a:x']) {
    t.equal(host(value), 'X-Forwarded-Host', value)
  }
  t.same(port('8443'), { port: 8443 })
  for (const value of ['0', '65536', '-1', '1.5', '0x50', '123456']) {
    t.equal(port(value), 'X-Forwarded-Port', value)
  }
  t.same(prefix('/app'), { prefix: '/app' })
  t.same(prefix('/a/b-c/'), { prefix: '/a/b-c' })
  t.same(prefix('/'), { prefix: '' })
  for (const value of [
    'app',
    '//evil.test',
    '/a//b',
    '/..',
    '/a/./b',
    '/a/../b/',
    '/a\\b',
    '/a b',
    '/a?b',
    '/a#b',
    '/%2e%2e',
    'https://evil.test',
  ]) {
    t.equal(prefix(value), 'X-Forwarded-Prefix', value)
  }
})

t.test('fields that are not enabled are ignored', async (t) => {
  const fields = {
    'x-forwarded-for': '1.1.1.1',
    'x-forwarded-proto': 'x',
    'x-forwarded-host': '@',
    'x-forwarded-port': 'x',
    'x-forwarded-prefix': 'x',
    forwarded: 'for=2.2.2.2;proto=x;host="@"',
  }
  const none = { proto: false, host: false, port: false, prefix: false }

  t.same(claim(fields, none), { client: { host: '1.1.1.1', port: 0 } })
  t.same(claim(fields, { ...none, forwarded: true }), { client: { host: '2.2.2.2', port: 0 } })
})

t.test('Forwarded is read element by element', async (t) => {
  const claims = (field: string | string[]) => claim({ forwarded: field }, { forwarded: true })
  const host = 'a.test'

  t.same(claims('for="1.1.1.1:9";proto=https;host=a.test;by=_me'), {
    client: { host: '1.1.1.1', port: 9 },
    scheme: 'https',
    host,
  })
  t.same(claims('for=6.6.6.6;host=evil, for=1.1.1.1;host=a.test, for=10.0.0.1;host=inner'), {
    client: { host: '1.1.1.1', port: 0 },
    host,
  })
  t.same(claims(['for=6.6.6.6;proto=https', 'for=1.1.1.1']), {
    client: { host: '1.1.1.1', port: 0 },
  })
  t.same(claims('for=_hidden'), { client: { host: '_hidden', port: 0 } })
  t.same(claims('for=6.6.6.6, proto=https'), {
    client: { host: 'unknown', port: 0 },
    scheme: 'https',
  })
  for (const field of ['for=evil', 'for', 'for=1.1.1.1;proto=x', 'for=1.1.1.1;host="a@b"']) {
    t.equal(claims(field), 'Forwarded', field)
  }
})
