// Hosts among other routes: the order of declaration holds for both.
import t from 'tap'
import { JSONResponse, PlainTextResponse } from '../../../lib/responses.ts'
import { Host } from '../../../lib/routing/host.ts'
import { Mount } from '../../../lib/routing/mount.ts'
import { Route } from '../../../lib/routing/route.ts'
import { Router } from '../../../lib/routing/router.ts'
import type { App, Middleware } from '../../../lib/types.ts'
import { call, httpScope, websocketScope } from '../../support/scopes.ts'
import { responseOf, type Sent } from '../../support/sent.ts'

const saying = (text: string) => (): PlainTextResponse => new PlainTextResponse(text)
const get = async (app: App, host: string, path: string, method = 'GET'): Promise<Sent> =>
  responseOf(await call(app, httpScope({ headers: ['host', host], path, method })))

const api = Router([Route('/', saying('api')), Route('/users', saying('api users'))])

t.test('a host takes every path, unless a route before it matches', async (t) => {
  const router = Router([
    Route('/before', saying('before')),
    Route('/{x}-{y}', saying('pair')),
    Host('api.test', api),
    Route('/', saying('fallback')),
    Route('/users', saying('users')),
  ])

  t.equal((await get(router, 'api.test', '/before')).text, 'before')
  t.equal((await get(router, 'api.test', '/a-b')).text, 'pair')
  t.equal((await get(router, 'api.test', '/users')).text, 'api users')
  t.equal((await get(router, 'api.test', '/nope')).status, 404)
  t.equal((await get(router, 'other.test', '/users')).text, 'users')
})

t.test('the first matching host is used', async (t) => {
  const router = Router([
    Host('{any}.test', Router([Route('/', saying('any'))])),
    Host('api.test', api),
    Host('b.org', new PlainTextResponse('b')),
  ])

  t.equal((await get(router, 'api.test', '/')).text, 'any')
  t.equal((await get(router, 'b.org', '/whatever')).text, 'b')
  t.equal((await get(router, 'c.org', '/')).status, 404)
})

t.test('a host comes before a route that has the path for other methods only', async (t) => {
  const router = Router([Route('/users', saying(''), { methods: ['POST'] }), Host('api.test', api)])

  t.equal((await get(router, 'api.test', '/users')).text, 'api users')
  t.equal((await get(router, 'other.test', '/users')).status, 405)
})

t.test('a host comes before the slash redirect of its router, and has its own', async (t) => {
  const router = Router([Route('/outer/', saying('')), Host('api.test', api)])

  t.equal((await get(router, 'api.test', '/outer')).status, 404)
  t.equal((await get(router, 'other.test', '/outer')).status, 307)
  const { status, headers } = await get(router, 'api.test', '/users/')
  t.equal(status, 307)
  t.equal(headers.get('location'), 'http://api.test/users')
})

t.test('a host that does not match does not change the scope', async (t) => {
  const router = Router([
    Host('{tenant}.test', api),
    Route('/{x}', (request) => new JSONResponse(request.pathParams)),
  ])

  t.equal((await get(router, 'other.org', '/a')).text, '{"x":"a"}')
})

// RT-30, RT-34, RT-35
t.test('hosts and mounts can be nested in either order', async (t) => {
  const show = Router([
    Route('/{x:int}', (request) => {
      const { rootPath, appRootPath } = request.scope
      return new JSONResponse([request.pathParams, rootPath, appRootPath])
    }),
  ])
  const hostFirst = Router([Host('{h}.test', Router([Mount('/{m}', show)]))])
  const mountFirst = Router([Mount('/{m}', Router([Host('{h}.test', show)]))])

  t.equal((await get(hostFirst, 'a.test', '/b/7')).text, '[{"h":"a","m":"b","x":7},"/b",""]')
  t.equal((await get(mountFirst, 'a.test', '/b/7')).text, '[{"m":"b","h":"a","x":7},"/b",""]')
})

t.test('serves websockets by host', async (t) => {
  const closing: App = (_scope, _receive, send) => send({ type: 'websocket.close', code: 3000 })
  const router = Router([Host('api.test', closing)])

  const there = await call(router, websocketScope({ headers: ['host', 'api.test'] }))
  const elsewhere = await call(router, websocketScope())

  t.match(there, [{ code: 3000 }])
  t.match(elsewhere, [{ code: 1000 }])
})

t.test('the middleware of a host wraps it', async (t) => {
  const marking: Middleware = (app) => (scope, receive, send) =>
    app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, 'x-mark', '1'] })
    })
  const router = Router([Host('api.test', api, { middleware: [marking] })])

  t.equal((await get(router, 'api.test', '/nope')).headers.get('x-mark'), '1')
  t.equal((await get(router, 'b.test', '/nope')).headers.get('x-mark'), null)
})

t.test('hosts and routes that are added later keep the order', async (t) => {
  const router = Router([Route('/a', saying('a'))])
  t.equal((await get(router, 'api.test', '/users')).status, 404)

  router.add(Host('api.test', api))
  router.add(Route('/users', saying('late')))

  t.equal((await get(router, 'api.test', '/a')).text, 'a')
  t.equal((await get(router, 'api.test', '/users')).text, 'api users')
  t.equal((await get(router, 'other.test', '/users')).text, 'late')
})
