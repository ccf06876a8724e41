import t from 'tap'
import { readBase } from '../../../lib/interop/proxy/base.ts'
import { type ResponseRules, responseFields } from '../../../lib/interop/proxy/responsefields.ts'
import { assertLinear } from '../../support/linear.ts'

const RULES: ResponseRules = {
  base: readBase('http://up:1/v1'),
  host: 'up:1',
  mount: '/api',
  sendsPrefix: true,
  rewriteLocation: true,
  rewriteCookies: false,
  keepsTrailer: false,
}

function passed(
  headers: string[],
  rules: Partial<ResponseRules> = {},
): readonly string[] | undefined {
  return responseFields(headers, { ...RULES, ...rules })
}

t.test('passes on end-to-end fields in order, with duplicates', async (t) => {
  t.same(
    passed(['Content-Type', 'a', 'Set-Cookie', 'b', 'SET-COOKIE', 'c', 'X', 'ÿ', 'Date', 'd']),
    ['content-type', 'a', 'set-cookie', 'b', 'set-cookie', 'c', 'x', 'ÿ', 'date', 'd'],
  )
})

t.test('passes on no hop-by-hop fields', async (t) => {
  const headers = [
    ['Connection', 'close, X-Hop'],
    ['Keep-Alive', 'timeout=5'],
    ['X-Hop', '1'],
    ['Trailer', 'x'],
    ['Transfer-Encoding', 'chunked'],
    ['Upgrade', 'h2c'],
    ['Proxy-Authenticate', 'Basic'],
    ['X-End', '1'],
  ].flat()

  t.same(passed(headers), ['x-end', '1'])
  t.same(passed(headers, { keepsTrailer: true }), ['trailer', 'x', 'x-end', '1'])
})

t.test('reports invalid fields', async (t) => {
  t.equal(passed(['x', 'a\0b']), undefined)
  t.equal(passed(['x y', 'a']), undefined)
})

t.test('a location below the target becomes one below the mount', async (t) => {
  for (const [location, expected, rules] of [
    ['http://up:1/v1/x?y#z', '/api/x?y#z'],
    ['HTTP://UP:1/v1', '/api'],
    ['/v1/x', '/api/x'],
    ['/v1?x', '/api?x'],
    ['http://up:1/v2/x', 'http://up:1/v2/x'],
    ['http://up:1/v1x', 'http://up:1/v1x'],
    ['http://up:11/v1/x', 'http://up:11/v1/x'],
    ['http://up:1.evil/v1/x', 'http://up:1.evil/v1/x'],
    ['http://other/v1/x', 'http://other/v1/x'],
    ['/other', '/other'],
    ['/api/x', '/api/x'],
    ['http://up:1/api/x?y', '/api/x?y'],
    ['http://up:1/api/x', '/api/x', { base: readBase('http://up:1') }],
    ['http://up:1/api/x', '/api/api/x', { base: readBase('http://up:1'), sendsPrefix: false }],
    ['/api/x', '/api/x', { base: readBase('http://up:1') }],
    ['/api/x', '/api/api/x', { base: readBase('http://up:1'), sendsPrefix: false }],
    ['x', 'x'],
    ['?x', '?x'],
    ['//other/v1', '//other/v1'],
    ['/x', '/api/x', { base: readBase('http://up:1') }],
    ['http://up:1', '/api', { base: readBase('http://up:1') }],
    ['http://up:1/v1', '/', { mount: '' }],
    ['http://up:1/v1/x', '/x', { mount: '' }],
    ['/v1//evil', '/v1//evil', { mount: '' }],
    ['http://up:1/v1/\\evil', 'http://up:1/v1/\\evil', { mount: '' }],
    ['/v1/x', '/v1/x', { rewriteLocation: false }],
  ] as [string, string, Partial<ResponseRules>?][]) {
    t.same(passed(['Location', location], rules), ['location', expected], location)
  }
  t.same(passed(['Content-Location', '/v1/x']), ['content-location', '/api/x'])
})

t.test('with the Host of the client, URLs of that host are those of the target', async (t) => {
  for (const [location, expected, mount] of [
    ['http://Client.example/v1/x?y', '/api/x?y'],
    ['https://client.example/v1', '/api'],
    ['http://client.example/api/x', 'http://client.example/api/x'],
    ['http://client.example/v2', 'http://client.example/v2'],
    ['http://client.example.evil/v1/x', 'http://client.example.evil/v1/x'],
    ['http://client.example:81/v1/x', 'http://client.example:81/v1/x'],
    ['http://up:1/v1/x', '/api/x'],
    ['http://client.example/v1//evil', 'http://client.example/v1//evil', ''],
  ] as [string, string, string?][]) {
    const rules = { host: 'client.example', mount: mount ?? '/api' }
    t.same(passed(['Location', location], rules), ['location', expected], location)
  }
  const none = { host: '' }
  t.same(passed(['Location', 'http:///v1/x'], none), ['location', 'http:///v1/x'])
})

t.test('cookies are moved on request, and lose their domain', async (t) => {
  for (const [cookie, expected] of [
    ['a=b', 'a=b'],
    ['a=/v1; Path=/v1; HttpOnly', 'a=/v1; Path=/api; HttpOnly'],
    ['a=b; Domain=up; path=/v1/x ;Secure', 'a=b; path=/api/x;Secure'],
    ['a=b; Path=/', 'a=b; Path=/'],
    ['a=b; Path=/v1x; domain', 'a=b; Path=/v1x'],
    ['domain=path=/v1', 'domain=path=/v1'],
  ]) {
    const headers = ['Set-Cookie', cookie ?? '']
    t.same(passed(headers, { rewriteCookies: true }), ['set-cookie', expected])
    t.same(passed(headers), ['set-cookie', cookie])
  }
  const rules = { rewriteCookies: true, mount: '' }
  t.same(passed(['set-cookie', 'a=b; Path=/v1'], rules), ['set-cookie', 'a=b; Path=/'])
})

t.test('cookies take linear time', async (t) => {
  const worst: Readonly<Record<string, (size: number) => string>> = {
    'blanks in a path': (size) => `a=b; path=x${' '.repeat(size)}x`,
    'blanks before a path': (size) => `a=b;${' '.repeat(size)}path${' '.repeat(size)}x`,
    'blanks before a domain': (size) => `a=b;${' '.repeat(size)}domain${' '.repeat(size)}x`,
    attributes: (size) => `a=b${';path='.repeat(size / 6)}`,
  }
  for (const make of Object.values(worst)) {
    assertLinear(t, make, (cookie) => passed(['set-cookie', cookie], { rewriteCookies: true }))
  }
})
