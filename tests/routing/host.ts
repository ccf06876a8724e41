import t from 'tap'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Host } from '../../lib/routing/host.ts'
import { Route } from '../../lib/routing/route.ts'
import { Router } from '../../lib/routing/router.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { assertLinear } from '../support/linear.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const hello = new PlainTextResponse('hello')
const to = (host: string, path = '/') => httpScope({ headers: ['host', host], path })
const get = async (app: App, host: string, path = '/'): Promise<Sent> =>
  responseOf(await call(app, to(host, path)))

const params = Router([
  Route('/', (request) => new JSONResponse(request.pathParams)),
  Route('/p/{x:int}', (request) => new JSONResponse(request.pathParams)),
])

t.test('has readable properties', async (t) => {
  const host = Host('{sub}.example.org', params, { name: 'sub' })

  t.equal(host.kind, 'host')
  t.equal(host.host, '{sub}.example.org')
  t.equal(host.name, 'sub')
  t.equal(host.routes, params.routes)
  t.equal(Host('a', hello).name, '')
  t.same(Host('a', hello).routes, [])
})

// RT-46, RT-48, RT-49: without case and port, and IPv6 hosts match.
const MATCHES: readonly (readonly [pattern: string, host: string, matches: boolean])[] = [
  ['api.example.org', 'api.example.org', true],
  ['api.example.org', 'api.example.org:8000', true],
  ['api.example.org', 'API.Example.ORG', true],
  ['API.example.org', 'api.example.org', true],
  ['api.example.org:3600', 'api.example.org', true],
  ['api.example.org:3600', 'api.example.org:5600', true],
  ['api.example.org', 'xapi.example.org', false],
  ['api.example.org', 'api.example.org.evil.org', false],
  ['api.example.org', 'apiXexample.org', false],
  ['api.example.org', '', false],
  // The final dot is the absolute spelling of the same name (RFC 1034 section 3.1).
  ['api.example.org', 'api.example.org.', true],
  ['api.example.org', 'API.example.org.:8000', true],
  ['api.example.org.', 'api.example.org', true],
  ['api.example.org.:80', 'api.example.org', true],
  ['{sub}.example.org', 'a.example.org.', true],
  ['api.example.org', 'api.example.org..', false],
  ['my_service', 'my_service:80', true],
  ['[::1]', '[::1]:80', true],
  ['[::1]:8000', '[::1]', true],
  ['[::1]', '[::2]', false],
  ['{sub}.example.org', '.example.org', false],
  ['{sub}.EXAMPLE.org', 'a.example.ORG:1', true],
  ['{n:int}.num.test', 'x.num.test', false],
  ['{any}', '', false],
]

for (const [pattern, host, matches] of MATCHES) {
  t.test(`${pattern} ${matches ? 'is' : 'is not'} for "${host}"`, async (t) => {
    t.equal((await get(Host(pattern, hello), host)).status, matches ? 200 : 404)
  })
}

t.test('a request without a Host field matches no host', async (t) => {
  const sent = await call(Host('example.org', hello), httpScope({ headers: [] }))

  t.equal(responseOf(sent).status, 404)
})

// RT-30, RT-47
t.test('has parameters, and their text may contain dots', async (t) => {
  const sub = Host('{sub}.example.org', params)

  t.equal((await get(sub, 'foo.example.org')).text, '{"sub":"foo"}')
  t.equal((await get(sub, 'a.b.example.org:80')).text, '{"sub":"a.b"}')
  t.equal((await get(sub, 'foo.example.org', '/p/5')).text, '{"sub":"foo","x":5}')
  t.equal((await get(Host('{n:int}.num.test', params), '12.num.test')).text, '{"n":12}')
})

t.test('writes itself into the scope only when it matches', async (t) => {
  const host = Host('{sub}.example.org', params)
  const scope = { ...to('a.example.org'), rootPath: '/proxy' }
  const other = to('example.org')

  t.equal(host.matches(scope), true)
  t.equal(host.matches(other), false)

  t.equal(scope.route, host)
  t.equal(scope.endpoint, params)
  t.same(scope.pathParams, { sub: 'a' })
  t.equal(scope.appRootPath, '/proxy')
  t.equal(scope.rootPath, '/proxy')
  t.notOk('route' in other || 'pathParams' in other)
})

// RT-38, RT-50
t.test('serves websockets too, and no lifespan', async (t) => {
  const host = Host('example.org', async (_scope, _receive, send) =>
    send({ type: 'websocket.close', code: 3000 }),
  )
  const headers = ['host', 'example.org']

  t.match(await call(host, websocketScope({ headers })), [{ code: 3000 }])
  t.match(await call(host, websocketScope()), [{ type: 'websocket.close', code: 1000 }])
  await t.rejects(call(host, lifespanScope()), { name: 'UnsupportedProtocol' })
})

t.test('has middleware around its whole app, including its 404', async (t) => {
  const marking: Middleware = (app) => (scope, receive, send) =>
    app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, 'x-mark', '1'] })
    })
  const host = Host('example.org', params, { middleware: [marking] })

  t.equal((await get(host, 'example.org', '/nope')).headers.get('x-mark'), '1')
  t.equal((await get(host, 'other.org')).headers.get('x-mark'), null)
})

// RT-3
const REFUSED: readonly (readonly [host: string, message: RegExp])[] = [
  [
    '',
    /^Host: a host is no path or URL, in ""\. Write "example\.org" or "\{name\}\.example\.org"\./,
  ],
  ['/api', /^Host: a host is no path or URL, in "\/api".*\n {2}\^$/s],
  ['https://example.org', /a host is no path or URL.*\n {8}\^$/s],
  ['*.example.org', /^Host: a wildcard, in "\*\.example\.org"\. Write "\{name\}\.example\.org"\./],
  ['{sub:any}.org', /^Host: unknown convertor "any"/],
  ['{a}.{a}.org', /^Host: the parameter "a" occurs twice/],
]

for (const [host, message] of REFUSED) {
  t.test(`refuses "${host}"`, async (t) => {
    t.throws(() => Host(host, hello), { name: 'TypeError', message })
  })
}

t.test('refuses values that are not apps', async (t) => {
  t.throws(() => Host('example.org', undefined as never), {
    message: /^Host "example\.org": it takes an app, undefined was given\. Pass an app/,
  })
})

t.test('takes linear time for any host', async (t) => {
  for (const pattern of ['{a}-{b}.{c}', '{a}{b}.example.org', '{n:int}{f:float}-{u:uuid}']) {
    const host = Host(pattern, hello)
    for (const piece of ['-', 'a-.', '1.', '1']) {
      const make = (size: number) => to(piece.repeat(size / piece.length))
      assertLinear(t, make, (scope) => host.matches(scope))
    }
  }
})
