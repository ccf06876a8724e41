import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount, routesOf } from '../../lib/routing/mount.ts'
import { Route } from '../../lib/routing/route.ts'
import { Router } from '../../lib/routing/router.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

/** Tells what a mounted app sees. */
const tell: App = (scope, receive, send) => {
  if (scope.type !== 'http') return send({ type: 'websocket.close', code: 3000 })
  const { path, rootPath, appRootPath, pathParams = {} } = scope
  return new JSONResponse([path, rootPath, appRootPath, pathParams]).respond(scope, receive, send)
}

const get = async (app: App, path: string, method = 'GET', rootPath = ''): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, method, rootPath })))

const marking: Middleware = (app) => (scope, receive, send) =>
  app(scope, receive, (message) => {
    if (message.type !== 'http.response.start') return send(message)
    return send({ ...message, headers: [...message.headers, 'x-mount', '1'] })
  })

t.test('has readable properties', async (t) => {
  const router = Router([])
  const mount = Mount('/users', router, { name: 'users' })

  t.equal(mount.kind, 'mount')
  t.equal(mount.path, '/users')
  t.equal(mount.name, 'users')
  t.equal(mount.routes, router.routes)
  t.equal(mount.entry.endpoint, router) // RT-31
  t.equal(mount.entry.route, mount)
  t.equal(Mount('/x', tell).name, '')
})

// RT-2
t.test('removes slashes at the end of its path', async (t) => {
  t.equal(Mount('/users/', tell).path, '/users')
  t.equal(Mount('/users///', tell).path, '/users')
  t.equal(Mount('/', tell).path, '')
  t.equal(Mount('', tell).path, '')
  t.equal((await get(Mount('/', tell), '/a/b')).text, '["/a/b","","",{}]')
})

// RT-32, RT-33, advisory 5
t.test('serves whole segments below its prefix only', async (t) => {
  const mount = Mount('/admin', tell)

  t.equal((await get(mount, '/admin/')).status, 200)
  t.equal((await get(mount, '/admin/x/y')).status, 200)
  for (const path of [
    '/admin',
    '/administrator',
    '/admin-x',
    '/adminx/y',
    '/Admin/',
    '/x/admin/',
  ]) {
    t.equal((await get(mount, path)).status, 404, path)
  }
})

// RT-34, RT-35
t.test('does not change the path, and extends the root path', async (t) => {
  const nested = Mount('/a', Router([Mount('/b', tell)]))

  t.equal((await get(nested, '/a/b/c')).text, '["/a/b/c","/a/b","",{}]')
  t.equal(
    (await get(nested, '/proxy/a/b/c', 'GET', '/proxy')).text,
    '["/proxy/a/b/c","/proxy/a/b","/proxy",{}]',
  )
})

// Advisory 6: matched and cut on the same, once decoded path.
t.test('matches and removes the decoded path', async (t) => {
  const mount = Mount('/données', Router([Route('/{x}', (r) => new JSONResponse(r.pathParams))]))

  t.equal((await get(mount, '/données/x')).text, '{"x":"x"}')
  t.equal((await get(mount, '/données/%2F')).text, '{"x":"%2F"}', 'not decoded twice')
  t.equal((await get(mount, '/donn%C3%A9es/x')).status, 404)
})

// RT-30, RT-37
t.test('has parameters, which inner routes get', async (t) => {
  const item = Route('/item/{id:int}', (request) => new JSONResponse(request.pathParams))

  t.equal(
    (await get(Mount('/{tenant}', Router([item])), '/acme/item/7')).text,
    '{"tenant":"acme","id":7}',
  )
  t.equal((await get(Mount('/{id}', Router([item])), '/acme/item/7')).text, '{"id":7}')
  t.equal(
    (await get(Mount('/{a}-{b:int}', tell), '/x-y-1/z')).text,
    '["/x-y-1/z","/x-y-1","",{"a":"x-y","b":1}]',
  )
  t.equal((await get(Mount('/:a/x', tell), '/1/x/')).text, '["/1/x/","/1/x","",{"a":"1"}]')
})

// RT-38
t.test('serves all methods and websockets, and no lifespan', async (t) => {
  const mount = Mount('/a', tell)

  t.equal((await get(mount, '/a/', 'BREW')).status, 200)
  t.match(await call(mount, websocketScope({ path: '/a/' })), [{ code: 3000 }])
  t.match(await call(mount, websocketScope({ path: '/b/' })), [{ code: 1000 }])
  await t.rejects(call(mount, lifespanScope()), { name: 'UnsupportedProtocol' })
})

t.test('a response may be mounted in place of an app', async (t) => {
  const mount = Mount('/gone', new PlainTextResponse('gone', { status: 410 }))

  t.equal((await get(mount, '/gone/x')).status, 410)
  t.equal((await get(mount, '/gone/y')).text, 'gone', 'again and again')
})

// RT-39, RT-44; RT-78 as rt-110 wants it: 404 and 405 pass the middleware of the mount.
t.test('has middleware around its app, which gets all its answers', async (t) => {
  const fail = (): never => {
    throw new HTTPException(401)
  }
  const routes = [Route('/ok', () => new PlainTextResponse('ok')), Route('/fail', fail)]
  const mount = Mount('/mw', Router(routes), { middleware: [marking] })

  const seen = async (path: string, method = 'GET'): Promise<unknown> => {
    const { status, headers } = await get(mount, path, method)
    return [status, headers.get('x-mount')]
  }

  t.same(await seen('/mw/ok'), [200, '1'])
  t.same(await seen('/mw/fail'), [401, '1'])
  t.same(await seen('/mw/nope'), [404, '1'])
  t.same(await seen('/mw/ok', 'PUT'), [405, '1'])
  t.same(await seen('/mw/ok/'), [307, '1'])
  t.same(await seen('/other'), [404, null])
  t.same(mount.routes, routes)
})

// RT-45
t.test('rethrows errors of the app', async (t) => {
  const bug = new Error('bug')
  const mount = Mount('/a', async () => {
    throw bug
  })

  await t.rejects(call(mount, httpScope({ path: '/a/' })), bug)
})

// RT-40, RT-41
t.test('shows the current routes of a router, and none of other apps', async (t) => {
  const router = Router([])
  const mount = Mount('/a', router)
  const route = Route('/b', () => new PlainTextResponse('added'))

  router.add(route)

  t.same(mount.routes, [route])
  t.equal((await get(mount, '/a/b')).text, 'added')
  t.same(Mount('/a', tell).routes, [])
  t.same(routesOf(Object.assign(async () => {}, { routes: 'none' })), [])
})

const REFUSED: readonly (readonly [path: unknown, message: RegExp])[] = [
  [
    'users',
    /^Mount: the path must begin with "\/", in "users"\. Write "\/users"\.\n\n {2}users\n {2}\^$/,
  ],
  [
    '/:a?',
    /^Mount: a prefix cannot have optional parameters or a wildcard, in "\/:a\?"\. Use required parameters\..*\n {5}\^$/s,
  ],
  ['/a/*', /^Mount: a prefix cannot have optional parameters or a wildcard/],
  ['/{a:b}', /^Mount: unknown convertor "b"/],
  [tell, /^Mount: the path must be a string, a function was given\./],
]

for (const [path, message] of REFUSED) {
  t.test(`refuses the path ${typeof path === 'string' ? path : typeof path}`, async (t) => {
    t.throws(() => Mount(path as string, tell), { name: 'TypeError', message })
  })
}

// RT-4: lists of routes are put into a router first.
t.test('refuses values that are not apps', async (t) => {
  t.throws(() => Mount('/a', undefined as never), {
    message: /^Mount "\/a": it takes an app, undefined was given\. Pass an app/,
  })
  t.throws(() => Mount('/a', [Route('/', () => new PlainTextResponse(''))] as never), {
    message: /^Mount "\/a": it takes an app, .* was given/,
  })
})
