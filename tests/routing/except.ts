// LS-MW-2: middleware that some requests pass by, by path, by method or by what is said of the route.
import t from 'tap'
import { except } from '../../lib/authoring.ts'
import {
  Application,
  type Middleware,
  Mount,
  PlainTextResponse,
  Route,
  Router,
} from '../../lib/index.ts'
import { layer } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

/** A middleware that refuses all that does not pass by. */
const refusing: Middleware = () => (scope, receive, send) =>
  scope.type === 'http'
    ? new PlainTextResponse('refused', { status: 403 }).respond(scope, receive, send)
    : Promise.reject(new Error('refused'))

const passes = async (app: App, path: string, method = 'GET', scope = {}): Promise<boolean> =>
  responseOf(await call(app, httpScope({ path, method, ...scope }))).status !== 403

t.test('by path, in the form of routes', async (t) => {
  const excepted = except(refusing, {
    paths: ['/health', '/files/{rest:path}', '/users/{id:int}', '/'],
  })
  const app = Application({ default: ok(), middleware: [excepted] })
  for (const path of ['/health', '/files/', '/files/a/b', '/users/7', '/'])
    t.ok(await passes(app, path), path)
  for (const path of ['/health/', '/healthy', '/x/health', '/files', '/users/x', '/HEALTH', '']) {
    t.equal(await passes(app, path), path === '', path)
  }
})

t.test('the paths are those below the mounts around', async (t) => {
  const inner = Router([Route('/a', ok), Route('/b', ok)], {
    middleware: [except(refusing, { paths: ['/a'] })],
  })
  const app = Router([Mount('/m', inner)])
  t.ok(await passes(app, '/m/a'))
  t.notOk(await passes(app, '/m/b'))
  t.ok(await passes(app, '/proxy/m/a', 'GET', { rootPath: '/proxy' }))
})

t.test('by method', async (t) => {
  const app = Router([Route('/', ok, { methods: [] })], {
    middleware: [except(refusing, { methods: ['get', 'OPTIONS'] })],
  })
  for (const method of ['GET', 'HEAD', 'OPTIONS']) t.ok(await passes(app, '/', method), method)
  for (const method of ['POST', 'DELETE']) t.notOk(await passes(app, '/', method), method)
})

t.test('by data of the route, if the route is known', async (t) => {
  const guarded = except(refusing, { meta: (meta) => meta['open'] === true })
  const list = [
    Route('/open', ok, { meta: { open: true } }),
    Route('/closed', ok),
    Mount('/mount', Router([Route('/', ok), Route('/closed', ok, { meta: { open: false } })]), {
      meta: { open: true },
    }),
  ]
  const layered = Router(layer({ middleware: [guarded] }, list))
  t.ok(await passes(layered, '/open'))
  t.notOk(await passes(layered, '/closed'))
  t.ok(await passes(layered, '/mount/'))

  const own = Router([Route('/', ok, { middleware: [guarded], meta: { open: true } })])
  t.ok(await passes(own, '/'))
  const around = Router(
    layer({ meta: { open: true } }, [Route('/', ok, { middleware: [guarded] })]),
  )
  t.ok(await passes(around, '/'))

  const outside = Application({ routes: list, middleware: [guarded] })
  t.notOk(await passes(outside, '/open'), 'no route is known yet')
  const all = Application({ routes: list, middleware: [guarded], meta: { open: true } })
  t.ok(await passes(all, '/closed'), 'but what the application says is')
})

t.test('one of the conditions is enough', async (t) => {
  const app = Router([], { middleware: [except(refusing, { paths: ['/a'], methods: ['PUT'] })] })
  t.ok(await passes(app, '/a'))
  t.ok(await passes(app, '/b', 'PUT'))
  t.notOk(await passes(app, '/b'))
})

t.test('websockets are excepted by path, and the lifespan never is', async (t) => {
  const app = except(refusing, { paths: ['/a'], methods: ['GET'] })(async () => {})
  await call(app, websocketScope({ path: '/a' }))
  await t.rejects(call(app, websocketScope({ path: '/b' })), /refused/)
  await t.rejects(call(app, lifespanScope()), /refused/)
})

t.test('invalid options throw at definition', (t) => {
  t.throws(() => except(1 as never, {}), /^except: the middleware must be a function, 1 was given/)
  t.throws(
    () => except(refusing, { path: [] } as never),
    /^except: unknown option "path". Did you mean "paths"\?/,
  )
  t.throws(() => except(refusing, { paths: ['a'] }), /^except: the path must begin with "\/"/)
  t.throws(() => except(refusing, { methods: 'GET' as never }), /^except: methods must be a list/)
  t.throws(() => except(refusing, { meta: {} as never }), /^except: meta must be a function/)
  t.throws(
    () => except((() => 1) as never, {})(async () => {}),
    /^except: what the middleware returns/,
  )
  t.end()
})
