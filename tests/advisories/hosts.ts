// Advisories of other projects about hosts and forwarded fields: who is asked, and who asks.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { Headers } from '../../lib/http/headers.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Host, Mount, Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { attack, CLOSE } from '../support/guarded.ts'
import { assertLinear } from '../support/linear.ts'
import { httpScope } from '../support/scopes.ts'
import { bodyOf, listening, request, statuses } from '../support/sockets.ts'

/** All that a request tells of the way it came. */
const told: App = async (scope, receive, send) => {
  if (scope.type !== 'http') return
  const { url, baseUrl, cookies } = new Request(scope)
  const { scheme, path, rawPath, rootPath, queryString, client, server } = scope
  const facts = { scheme, path, rawPath, rootPath, queryString, host: client?.host, server }
  const answer = { ...facts, url, baseUrl, cookies, pathname: url.pathname, hostname: url.hostname }
  await new JSONResponse(answer).respond(scope, receive, send)
}

function get(host: string, target = '/admin/x'): string {
  return `GET ${target} HTTP/1.1\r\nhost: ${host}\r\n${CLOSE}\r\n\r\n`
}

// Valid by RFC 3986, though no browser sends them.
const ODD_HOSTS = [
  'x%2Fpublic%3F',
  'x%23',
  'x%40y',
  'x%00',
  '%',
  "a!$&'()*+,;=b",
  'a_b',
  '1.2.3.999',
  '[1:2]',
  'x:99999',
  'x:',
  '..',
]

t.test('CVE-2026-48710 GHSA-86qp-5c8j-p5mr: the path of a URL is scope.path, always', async (t) => {
  const { talk } = await listening(t, told, { lifespan: 'off' })
  for (const host of ['good', 'good:80', 'GOOD', '[::1]:80', ...ODD_HOSTS]) {
    const received = await talk(get(host))
    t.strictSame(statuses(received), [200], host)
    t.match(JSON.parse(bodyOf(received)), { path: '/admin/x', pathname: '/admin/x' }, host)
  }
})

t.test('CVE-2026-33131: an unusual Host gives access to no other paths', async (t) => {
  await attack(t, async (talk, t) => {
    for (const host of ODD_HOSTS) t.strictSame(statuses(await talk(get(host))), [401], host)
  })
})

t.test(
  'CVE-2026-33732 GHSA-p36q-q72m-gchr: host routes use the authority of the target, not the Host field',
  async (t) => {
    const app = Application({
      routes: [
        Host('inner.example', new PlainTextResponse('inner')),
        Host('outer.example', new PlainTextResponse('outer')),
      ],
    })
    const { talk } = await listening(t, app)

    t.equal(bodyOf(await talk(get('inner.example', 'http://outer.example/'))), 'outer')
    t.equal(bodyOf(await talk(get('outer.example', 'http://inner.example:8/'))), 'inner')
    const twice = `GET / HTTP/1.1\r\nhost: outer.example\r\nhost: inner.example\r\n${CLOSE}\r\n\r\n`
    t.strictSame(statuses(await talk(twice)), [400])
  },
)

t.test('CVE-2026-27959 GHSA-7gcc-r8m5-44qm: userinfo does not change the host', async (t) => {
  const app = Application({
    routes: [Host('good', new PlainTextResponse('good')), Mount('/', new PlainTextResponse('?'))],
  })
  const { talk } = await listening(t, app)
  for (const host of ['evil@good', 'evil@good:80', 'good:80@evil', 'good@evil', '@good', 'good@']) {
    t.strictSame(statuses(await talk(get(host))), [400], host)
  }

  // Where no server has refused it, it is no host that anybody has named.
  await using client = await testClient(app)
  for (const host of [
    'evil@good',
    'evil@good:80',
    'good:80@evil',
    'good@evil',
    '@good',
    'good:x',
  ]) {
    const { url } = new Request(httpScope({ headers: ['host', host] }))
    t.equal(url.href, 'http://127.0.0.1:8000/', host)
    const response = await client.get('/', { headers: { host } })
    t.equal(await response.text(), '?', host)
  }
})

t.test('CVE-2024-32652: no Host crashes the server', async (t) => {
  const { talk, errors } = await listening(t, told, { lifespan: 'off' })
  for (const host of ['[', ']', ':', '::', '[]', '[::1', 'a'.repeat(15_000), 'é', '\x80']) {
    t.strictSame(statuses(await talk(get(host))), [400], host.slice(0, 20))
  }
  t.strictSame(statuses(await talk(get('a'.repeat(16_384)))), [431])
  t.strictSame(statuses(await talk(`GET / HTTP/1.1\r\n${CLOSE}\r\n\r\n`)), [400])
  t.match(JSON.parse(bodyOf(await talk(get('')))), { hostname: '127.0.0.1', path: '/admin/x' })
  t.strictSame(statuses(await talk(get('good'))), [200], 'alive')
  t.strictSame(errors, [])
})

t.test('CVE-2026-25479: a host pattern is not used as a regular expression', async (t) => {
  const app = Application({
    routes: [
      Host('api.example.com', new PlainTextResponse('api')),
      Host('{tenant}.example.org', new PlainTextResponse('tenant')),
      Mount('/', new PlainTextResponse('other')),
    ],
  })
  const { talk } = await listening(t, app)
  for (const [host, answer] of [
    ['api.example.com', 'api'],
    ['API.Example.COM:8000', 'api'],
    ['apixexample.com', 'other'],
    ['api.examplescom', 'other'],
    ['api.example.com.evil', 'other'],
    ['evil.api.example.com', 'other'],
    ['evilapi.example.com', 'other'],
    ['api.example.com.', 'api'],
    ['api.example.com..', 'other'],
    ['a.example.org', 'tenant'],
    ['evilexample.org', 'other'],
    ['a.examplexorg', 'other'],
    ['a.example.org.evil', 'other'],
    ['.example.org', 'other'],
    ['example.org', 'other'],
  ] as const) {
    t.equal(bodyOf(await talk(get(host))), answer, host)
  }
})

const FORWARDED = [
  'x-forwarded-for: 6.6.6.6',
  'x-forwarded-proto: https',
  'x-forwarded-scheme: https',
  'x-forwarded-ssl: on',
  'x-forwarded-host: evil@good',
  'x-forwarded-port: 443',
  'x-forwarded-prefix: /admin',
  'x-forwarded-path: /admin',
  'x-forwarded-uri: /admin',
  'x-real-ip: 6.6.6.6',
  'x-client-ip: 6.6.6.6',
  'x-original-url: /admin',
  'x-rewrite-url: /admin',
  'x-http-method-override: DELETE',
  'x-script-name: /admin',
  'forwarded: for=6.6.6.6;host=evil;proto=https',
  'front-end-https: on',
  'client-ip: 6.6.6.6',
]

t.test(
  'CVE-2026-16732 GHSA-3m5p-2c4r-xxw2 CVE-2026-3635 GHSA-444r-cwp2-x5xf: forwarded fields change nothing by default',
  async (t) => {
    const { talk } = await listening(t, told, { lifespan: 'off' })
    const plain = JSON.parse(bodyOf(await talk(request('GET /x?a', [CLOSE]))))
    t.match(plain, { scheme: 'http', host: '127.0.0.1', path: '/x', url: 'http://test/x?a' })
    for (const fields of [...FORWARDED.map((field) => [field]), FORWARDED]) {
      const received = await talk(request('GET /x?a', [CLOSE, ...fields]))
      t.strictSame(JSON.parse(bodyOf(received)), plain, fields.join())
    }
  },
)

t.test('CVE-2026-16732 GHSA-3m5p-2c4r-xxw2: they do not bypass a guard', async (t) => {
  await attack(t, async (talk, t) => {
    t.strictSame(statuses(await talk(request('GET /admin/x', [CLOSE, ...FORWARDED]))), [401])
    t.match(await talk(request('GET /public', [CLOSE, ...FORWARDED])), /open$/)
  })
})

const READ = [
  ...FORWARDED.map((field) => field.replace(/:.*/, '')),
  'host',
  'cookie',
  'accept',
  'vary',
]

for (const unit of [' ', ',', ', ', ' ,', ';', '"', '=', '\t', '[', ':', '%', '\\"', 'a=";']) {
  t.test(`CVE-2025-25200: every header is read in linear time, of ${JSON.stringify(unit)}`, (t) => {
    let read: unknown[] = []
    const host = Host('{a}.{b}.example', new PlainTextResponse(''))
    const makeInput = (size: number): string => `x${unit.repeat(size / unit.length)}x`

    assertLinear(t, makeInput, (value) => {
      const scope = httpScope({ headers: READ.flatMap((name) => [name, value]) })
      const request = new Request(scope)
      host.matches(scope)
      read = [request.url, request.baseUrl, request.cookies]
      for (const name of READ) request.headers.getAll(name)
      new Headers(['vary', value]).vary(value)
    })
    t.equal(read.length, 3)
    t.end()
  })
}

t.test('CVE-2025-25200: a header of 64 KB of commas and spaces is answered', async (t) => {
  const app = Application({ routes: [Route('/', () => new PlainTextResponse('fine'))] })
  const { talk } = await listening(t, app, { maxHeaderSize: 100_000 })
  for (const name of READ.filter((name) => name !== 'host')) {
    const value = `x${', '.repeat(32 * 1024)}x`
    t.match(await talk(request('GET /', [CLOSE, `${name}: ${value}`])), /fine$/, name)
  }
  t.strictSame(statuses(await talk(get(`x${','.repeat(65_536)}x`))), [400])
})
