import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount } from '../../lib/routing/mount.ts'
import { Route } from '../../lib/routing/route.ts'
import { Router } from '../../lib/routing/router.ts'
import { WebSocketRoute } from '../../lib/routing/websocketroute.ts'
import type { App, Middleware, Scope } from '../../lib/types.ts'
import { runs } from '../support/runs.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const saying = (text: string) => (): PlainTextResponse => new PlainTextResponse(text)
const get = async (app: App, path: string, method = 'GET'): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, method })))

t.test('shows its routes, in their order', async (t) => {
  const home = Route('/', saying('home'))
  const users = Mount('/users', Router())
  const router = Router([home, users])

  t.equal(router.kind, 'router')
  t.same(router.routes, [home, users])
  t.same(Router().routes, [])
})

// RT-18
t.test('passes a request to the first route that matches', async (t) => {
  const router = Router([
    Route('/users/me', saying('me')),
    Route('/users/{username}', saying('user')),
    Route('/users/nomatch', saying('never')),
  ])

  t.equal((await get(router, '/users/me')).text, 'me')
  t.equal((await get(router, '/users/nomatch')).text, 'user')
})

// RT-19, rt-045
t.test('routes with one path divide it by their methods', async (t) => {
  const router = Router([
    Route('/func', saying('get')),
    Route('/func', saying('post'), { methods: ['POST'] }),
    Route('/{any}', saying('put'), { methods: ['PUT'] }),
  ])

  t.equal((await get(router, '/func')).text, 'get')
  t.equal((await get(router, '/func', 'POST')).text, 'post')
  t.equal((await get(router, '/func', 'PUT')).text, 'put')
  const refused = await get(router, '/func', 'DELETE')
  t.equal(refused.status, 405)
  t.equal(refused.headers.get('allow'), 'GET, HEAD, POST, PUT')
  t.equal(refused.text, 'Method Not Allowed') // RT-21
})

// RT-50, WS-18
t.test('answers 404 where nothing matches, and refuses a handshake', async (t) => {
  const router = Router([Route('/a', saying('a'))])

  const { status, text } = await get(router, '/b')

  t.equal(status, 404)
  t.equal(text, 'Not Found')
  t.match(await call(router, websocketScope({ path: '/a' })), [{ type: 'websocket.close' }])
})

// RT-55
t.test('passes unmatched requests to its default, if it has one', async (t) => {
  const app: App = (scope, receive, send) =>
    new JSONResponse(scope.type).respond(scope, receive, send)

  t.equal((await get(Router([], { default: app }), '/x')).text, '"http"')
  const gone = Router([], { default: new PlainTextResponse('gone', { status: 410 }) })
  t.equal((await get(gone, '/x')).status, 410)
  t.equal((await get(gone, '/y')).text, 'gone')
  t.throws(() => Router([], { default: 'x' as never }), {
    message: /^Router: default: it takes an app, "x" was given/,
  })
})

t.test('answers an exception of its default', async (t) => {
  const router = Router([], {
    default: async () => {
      throw new HTTPException(410)
    },
  })

  t.equal((await get(router, '/x')).status, 410)
})

// RT-31, RT-73
t.test('writes the result into the scope, and itself if it is the outermost', async (t) => {
  const seen: unknown[] = []
  const route = Route('/{id:int}', (request) => {
    const { router, route, endpoint, pathParams, rootPath } = request.scope
    seen.push(router, route, endpoint, pathParams, rootPath)
    return new PlainTextResponse('')
  })
  const inner = Router([route])
  const outer = Router([Mount('/in', inner)])
  const scope = httpScope({ path: '/in/7' })

  await call(outer, scope)

  t.same(seen, [outer, route, route.entry.endpoint, { id: 7 }, '/in'])
  t.equal(scope.route, route, 'for loggers outside too')
  t.equal(scope.router, outer)
})

// RT-43
t.test('has middleware around everything, including its lifespan', async (t) => {
  const types: string[] = []
  const marking: Middleware = (app) => (scope, receive, send) => {
    types.push(scope.type)
    return app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, 'x-mark', '1'] })
    })
  }
  const router = Router([Route('/a', saying('a'))], { middleware: [marking] })

  for (const path of ['/a', '/a/', '/b']) {
    t.equal((await get(router, path)).headers.get('x-mark'), '1', path)
  }
  await call(router, lifespanScope(), [{ type: 'lifespan.startup' }, { type: 'lifespan.shutdown' }])
  t.same(types, ['http', 'http', 'http', 'lifespan'])
})

t.test('answers an exception of its middleware', async (t) => {
  const refusing: Middleware = () => async () => {
    throw new HTTPException(403)
  }

  t.equal((await get(Router([], { middleware: [refusing] }), '/')).status, 403)
})

// Advisory 12: what guards a mount runs exactly when something in the mount is reached.
t.test('a guard around a mount runs whenever the mount is reached', async (t) => {
  let guarded = 0
  const guard: Middleware = (app) => (scope, receive, send) => {
    guarded++
    return app(scope, receive, send)
  }
  let reached = 0
  const secret: App = (scope, receive, send) => {
    reached++
    return new PlainTextResponse('').respond(scope, receive, send)
  }
  const router = Router([
    Mount('/admin', Router([Mount('/x', secret)]), { middleware: [guard] }),
    Mount('/', new PlainTextResponse('open')),
  ])
  const pieces = ['/', '//', 'admin', 'x', ';', '%2F', '%61', '..', '.', 'A', '\\', '\n', 'é']

  const wrong: string[] = []
  let count = 0
  const PATHS = runs(2_000)
  for (let seed = 0; seed < PATHS; seed++) {
    let dice = seed
    let path = seed % 3 === 0 ? '/admin/x/' : '/'
    for (let turn = 0; turn < 4; turn++) {
      path += pieces[dice % pieces.length]
      dice = Math.floor(dice / pieces.length) + seed * 7
    }
    guarded = 0
    reached = 0
    await router(
      httpScope({ path }),
      () => new Promise(() => {}),
      async () => {},
    )
    if (reached > 0 && guarded !== 1) wrong.push(path)
    if (guarded > 0 && !path.startsWith('/admin/')) wrong.push(path)
    count += reached
  }
  t.same(wrong, [])
  t.ok(count > PATHS / 10, `${count} paths reached it`)
})

// Advisory 28: whatever is wrong with the request, the middleware of the router sees it.
t.test('middleware runs for 404, 405, OPTIONS, invalid and long paths, in any order', async (t) => {
  let runs = 0
  const counting: Middleware = (app) => (scope, receive, send) => {
    runs++
    return app(scope, receive, send)
  }
  const router = Router([], { middleware: [counting] })
  router.add(Route('/a/{x:int}', saying('a')))

  for (const [path, method] of [
    ['/a/1', 'GET'],
    ['/a/1', 'OPTIONS'],
    ['/a/1', 'PUT'],
    ['/b', 'GET'],
    ['/%zz', 'GET'],
    [`/a/${'1'.repeat(10_240)}`, 'GET'],
    ['', 'GET'],
    ['*', 'OPTIONS'],
  ] as const) {
    runs = 0
    const { status } = await get(router, path, method)
    t.equal(runs, 1, path.slice(0, 20))
    t.ok(status, path.slice(0, 20))
  }
})

// RT-82, RT-77
t.test('runs its lifespan, and serves no unknown scope', async (t) => {
  const events: string[] = []
  const router = Router([], {
    lifespan: async function* (app) {
      events.push(app === router ? 'start' : 'another app')
      yield { db: 1 }
      events.push('stop')
    },
  })
  const scope = lifespanScope()

  const sent = await call(router, scope, [
    { type: 'lifespan.startup' },
    { type: 'lifespan.shutdown' },
  ])

  t.same(sent, [{ type: 'lifespan.startup.complete' }, { type: 'lifespan.shutdown.complete' }])
  t.same(events, ['start', 'stop'])
  t.same(scope.state, { db: 1 })
  // RT-74
  await t.rejects(call(router, { ...httpScope(), type: 'smtp' } as unknown as Scope), {
    name: 'UnsupportedProtocol',
  })
})

t.test('serves routes that are added while it serves', async (t) => {
  const router = Router([Route('/a', saying('first'))])

  t.equal((await get(router, '/b')).status, 404)
  router.add(Route('/b', saying('added')), Route('/a', saying('second')))
  t.equal((await get(router, '/b')).text, 'added')
  t.equal((await get(router, '/a')).text, 'first', 'behind the others')
  router.add(WebSocketRoute('/b', (websocket) => websocket.close(3000)))
  const connect = [{ type: 'websocket.connect' }] as const
  t.match(await call(router, websocketScope({ path: '/b' }), connect), [{ code: 3000 }])
})

t.test('a handler may add a route while it answers', async (t) => {
  const router = Router([])
  router.add(
    Route('/grow', () => {
      router.add(Route('/grown', saying('grown')))
      return new PlainTextResponse('ok')
    }),
  )

  t.equal((await get(router, '/grow')).text, 'ok')
  t.equal((await get(router, '/grown')).text, 'grown')
})

const REFUSED: readonly (readonly [name: string, routes: unknown, given: string])[] = [
  ['an app', [Route('/', saying('')), async () => {}], 'number 2, another function'],
  ['a router', [Router([])], 'number 1, a router'],
  ['a list', [[Route('/', saying(''))]], 'number 1, a list'],
  ['nothing', [undefined], 'number 1, undefined'],
  ['null', [null], 'number 1, null'],
  ['a route that is in no list', Route('/', saying('')), 'a route'],
]

for (const [name, routes, given] of REFUSED) {
  t.test(`refuses ${name}`, async (t) => {
    const message = `Router: the routes must be a list of Route, WebSocketRoute, Mount and Host, ${given} was given. Put other apps into Mount('/', app), spread lists with ...`
    t.throws(() => Router(routes as never), { name: 'TypeError', message })
  })
}

t.test('adds all routes or none', async (t) => {
  const router = Router([])

  t.throws(() => router.add(Route('/a', saying('a')), (() => {}) as never), { name: 'TypeError' })

  t.same(router.routes, [])
})

// RT-66
t.test('returns the path of a route', async (t) => {
  const users = Router([Route('/{id:int}', saying(''), { name: 'detail' })])
  const router = Router([Mount('/users', users, { name: 'users' })])

  t.equal(String(router.urlPathFor('users:detail', { id: 7 })), '/users/7')
  t.throws(() => router.urlPathFor('detail', { id: 7 }), { name: 'NoMatchFound' })
  users.add(Route('/', saying(''), { name: 'list' }))
  t.equal(router.urlPathFor('users:list').path, '/users/')
})
