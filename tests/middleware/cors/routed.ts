// `cors()` as middleware of routes and mounts, whose 405 and redirects a router makes.
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { cors } from '../../../lib/middleware/cors.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, Route, Router } from '../../../lib/routing.ts'
import { type TestClient, testClient } from '../../../lib/testing/client.ts'
import type { App, Middleware } from '../../../lib/types.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { responseOf } from '../../support/sent.ts'

const ORIGIN = 'https://example.org'
const origin = { origin: ORIGIN }
const fine = (): PlainTextResponse => new PlainTextResponse('fine')
const shared = (...methods: string[]): Middleware[] => [cors({ origins: [ORIGIN], methods })]
const files: App = async (_scope, _receive, send) => {
  await send({ type: 'http.response.start', status: 200, headers: [] })
  await send({ type: 'http.response.body' })
}

const app = Application({
  routes: [
    Route('/one', fine, { middleware: shared('GET') }),
    Route('/two', fine, { middleware: shared('GET') }),
    Route('/two', fine, { methods: ['PUT'], middleware: shared('PUT') }),
    Route('/table', { get: fine, delete: fine }, { middleware: shared('GET', 'DELETE') }),
    Route('/plain', fine),
    Route('/slash/', fine, { middleware: shared('GET') }),
    Mount('/files', files, { middleware: shared('GET') }),
    Mount('/router', Router([Route('/x', fine)]), { middleware: shared('GET') }),
  ],
})

async function preflight(client: TestClient, path: string, method: string) {
  const headers = { ...origin, 'access-control-request-method': method }
  const response = await client.request('OPTIONS', path, { headers, followRedirects: false })
  return [response.status, response.headers.get('access-control-allow-origin')]
}

t.test('a preflight for a route or a mount is answered', async (t) => {
  await using client = await testClient(app)
  for (const [path, method, status] of [
    ['/one', 'GET', 200],
    ['/one', 'PUT', 400],
    ['/two', 'GET', 200],
    ['/two', 'PUT', 200],
    ['/two', 'DELETE', 400],
    ['/table', 'DELETE', 200],
    ['/slash', 'GET', 200],
    ['/files', 'GET', 200],
    ['/files/a', 'GET', 200],
    ['/router/x', 'GET', 200],
    ['/router/x/', 'GET', 200],
    ['/router', 'GET', 200],
  ] as const) {
    t.same(await preflight(client, path, method), [status, ORIGIN], `${method} ${path}`)
  }
  t.same(await preflight(client, '/plain', 'GET'), [405, null])
})

t.test('405 responses and redirects may be read', async (t) => {
  await using client = await testClient(app)
  for (const [method, path, status] of [
    ['POST', '/one', 405],
    ['POST', '/two', 405],
    ['POST', '/table', 405],
    ['GET', '/slash', 307],
    ['GET', '/files', 307],
    ['POST', '/router/x', 405],
    ['GET', '/router/x/', 307],
  ] as const) {
    const response = await client.request(method, path, { headers: origin, followRedirects: false })
    const title = `${method} ${path}`
    t.equal(response.status, status, title)
    t.equal(response.headers.get('access-control-allow-origin'), ORIGIN, title)
    if (path === '/two') t.equal(response.headers.get('allow'), 'GET, HEAD, PUT')
  }
})

t.test('a route alone does the same', async (t) => {
  const route = Route('/', fine, { middleware: shared('GET') })
  const scope = (method: string) =>
    httpScope({ method, headers: ['origin', ORIGIN, 'access-control-request-method', 'GET'] })

  t.equal(responseOf(await call(route, scope('OPTIONS'))).status, 200)
  const refused = responseOf(await call(route, scope('PUT')))
  t.same([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD'])
})

t.test('a handler can answer again after a 405 of its middleware', async (t) => {
  const twice: Middleware = (inner) => async (scope, receive, send) => {
    if (scope.type === 'http') scope.method = 'OPTIONS'
    await inner(scope, receive, async () => {})
    if (scope.type === 'http') scope.method = 'GET'
    await inner(scope, receive, send)
  }
  const silent: Middleware = (inner) => async (scope, receive, send) => {
    if (scope.type === 'http' && scope.method === 'GET') await inner(scope, receive, send)
  }
  const router = Router([Route('/', fine, { middleware: [silent] })], { middleware: [twice] })

  t.equal(responseOf(await call(router, httpScope())).text, 'fine')
})
