// Absolute URLs of routes, seen from a request anywhere in the application.
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { Request } from '../../../lib/requests.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount } from '../../../lib/routing/mount.ts'
import { Route } from '../../../lib/routing/route.ts'
import { Router } from '../../../lib/routing/router.ts'
import { WebSocketRoute } from '../../../lib/routing/websocketroute.ts'
import type { Middleware } from '../../../lib/types.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { responseOf } from '../../support/sent.ts'

/** Answers with the URL that its query asks for. */
const tell = (request: Request): PlainTextResponse => {
  const { name = '', ...params } = Object.fromEntries(request.queryParams)
  return new PlainTextResponse(request.urlFor(name, params).href)
}

const inner = Router([
  Route('/', tell, { name: 'tell' }),
  Route('/{id:int}', tell, { name: 'item' }),
])
const router = Router([
  Route('/', tell, { name: 'home' }),
  Mount('/in', inner, { name: 'in' }),
  WebSocketRoute('/ws', () => {}, { name: 'ws' }),
])

const ask = async (queryString: string, overrides = {}): Promise<string> =>
  responseOf(await call(router, httpScope({ queryString, ...overrides }))).text

// RT-66, RT-67, RT-73
t.test('URLs start at the outermost router, at any place', async (t) => {
  t.equal(await ask('name=home'), 'http://testserver/')
  t.equal(await ask('name=in:item&id=7'), 'http://testserver/in/7')
  t.equal(await ask('name=in:item&id=7', { path: '/in/' }), 'http://testserver/in/7')
  t.equal(await ask('name=home', { path: '/in/' }), 'http://testserver/')
})

// RT-67
t.test('they have the host of the request, and a scheme as secure as it', async (t) => {
  const headers = ['host', 'example.com:81']

  t.equal(await ask('name=ws'), 'ws://testserver/ws')
  t.equal(await ask('name=ws', { scheme: 'https', headers }), 'wss://example.com:81/ws')
  t.equal(await ask('name=home', { scheme: 'https', headers }), 'https://example.com:81/')
})

// RT-68
t.test('they begin with the prefix of the server, joined by one slash', async (t) => {
  const rootPath = '/sub_path'

  t.equal(await ask('name=home', { rootPath, path: '/sub_path/' }), 'http://testserver/sub_path/')
  t.equal(
    await ask('name=in:item&id=1', { rootPath, path: '/sub_path/in/2' }),
    'http://testserver/sub_path/in/1',
  )
  t.equal(
    await ask('name=home', { rootPath: '/sub_path/', path: '/' }),
    'http://testserver/sub_path/',
  )
})

// RT-66
t.test('without an outer router there is no URL', async (t) => {
  const request = new Request(httpScope())

  t.throws(() => request.urlFor('home'), {
    name: 'TypeError',
    message: /^request\.urlFor: there is no router or application around this app\./,
  })
})

// RT-69
t.test('middleware may use them before routing', async (t) => {
  const urls: string[] = []
  const asking: Middleware = (app) => (scope, receive, send) => {
    if (scope.type === 'http') urls.push(new Request(scope).urlFor('home').href)
    return app(scope, receive, send)
  }

  await call(
    Application({ routes: [...router.routes], middleware: [asking] }),
    httpScope({ path: '/nope' }),
  )

  t.same(urls, ['http://testserver/'])
})
