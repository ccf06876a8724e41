// LS-APP-2, LS-PARAM-7: guards are asked where a handler is called, on every way there.
import t from 'tap'
import { Connection } from '../../lib/connections.ts'
import { dependency } from '../../lib/dependencies.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import {
  Application,
  Host,
  Mount,
  PlainTextResponse,
  Request,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { toApp } from '../../lib/responses/response.ts'
import { type Guard, layer } from '../../lib/routing.ts'
import { StaticFiles } from '../../lib/staticfiles.ts'
import type { App } from '../../lib/types.ts'
import type { WebSocket } from '../../lib/websockets.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const send = async (app: App, path: string, scope = {}): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, ...scope })))

const ok = (): PlainTextResponse => new PlainTextResponse('ok')
const refuse: Guard = {
  of: () => {
    throw new HTTPException(403)
  },
}

/** A guard that notes what it is given. */
function noting(): Guard & { readonly seen: unknown[] } {
  const seen: unknown[] = []
  return { seen, of: (connection) => seen.push(connection) }
}

const routes = [
  Route('/one/{id:int}', { get: ok, put: ok }),
  Mount('/mounted', Router([Route('/two', ok), Mount('/deep', Router([Route('/three', ok)]))])),
  Mount('/wrapped', cors({ origins: '*' })(Router([Route('/', ok)]))),
  Mount('/foreign', toApp(ok(), 'the test')),
  Mount('/app', Application({ routes: [Route('/', ok)] })),
  Host('host.example', Router([Route('/', ok)])),
]
const HANDLED = ['/one/7', '/mounted/two', '/mounted/deep/three', '/wrapped/', '/foreign/', '/app/']

const GUARDED: Record<string, (guard: Guard) => App> = {
  'the routes': (guard) => Router(layer({ guards: [guard] }, routes)),
  'the router': (guard) => Router(routes, { guards: [guard] }),
  'a mount': (guard) => Router([Mount('', Router(routes), { guards: [guard] })]),
  'a host': (guard) => Router([Host('testserver', Router(routes), { guards: [guard] })]),
  'the application': (guard) => Application({ routes, guards: [guard] }),
}

for (const [where, guarded] of Object.entries(GUARDED)) {
  t.test(`guards of ${where} run once for each handler`, async (t) => {
    for (const path of HANDLED) {
      const guard = noting()
      t.equal((await send(guarded(guard), path)).text, 'ok', path)
      t.equal(guard.seen.length, 1, path)
      t.ok(guard.seen[0] instanceof Request, path)
      t.equal((await send(guarded(refuse), path)).status, 403, path)
    }
  })

  t.test(`guards of ${where} do not run for 404, 405 and redirects`, async (t) => {
    const app = guarded(refuse)
    t.equal((await send(app, '/none')).status, 404)
    const { status, headers } = await send(app, '/one/7', { method: 'DELETE' })
    t.equal(status, 405)
    t.equal(headers.get('allow'), 'GET, HEAD, PUT')
    t.equal((await send(app, '/one/7/')).status, 307)
    t.equal((await send(app, '/foreign')).status, 307)
  })
}

t.test('a guard gets the request of the handler, with its parameters', async (t) => {
  const guard = noting()
  const requests: unknown[] = []
  const app = Router(
    [
      Route('/{id:int}', (request) => {
        requests.push(request)
        return ok()
      }),
    ],
    { guards: [guard] },
  )
  await send(app, '/7')

  t.equal(guard.seen[0], requests[0])
  t.same((guard.seen[0] as Request).pathParams, { id: 7 })
})

t.test('an error of a guard is answered as one of the handler', async (t) => {
  class Own extends Error {}
  const guard: Guard = { of: () => Promise.reject(new Own()) }
  const own = () => new PlainTextResponse('own', { status: 409 })
  const app = Application({
    routes: [
      Route('/', ok, { guards: [guard] }),
      Mount('/foreign', toApp(ok(), 'the test'), { guards: [guard] }),
    ],
    exceptionHandlers: [[Own, own]],
  })

  t.equal((await send(app, '/')).text, 'own')
  t.equal((await send(app, '/foreign/')).text, 'own')
})

t.test('guards run in order, until the first that throws', async (t) => {
  const seen: string[] = []
  const slow = (name: string, passes = true): Guard => ({
    of: async () => {
      seen.push(`${name} asked`)
      await null
      seen.push(`${name} answered`)
      if (!passes) throw new HTTPException(401)
    },
  })
  const app = Router([Route('/', ok, { guards: [slow('one'), slow('two', false), slow('three')] })])

  t.equal((await send(app, '/')).status, 401)
  t.same(seen, ['one asked', 'one answered', 'two asked', 'two answered'])
})

t.test('websockets are guarded as requests are', async (t) => {
  const at = websocketScope({ path: '/' })
  const open = async (websocket: WebSocket): Promise<void> => {
    await websocket.accept()
    await websocket.close()
  }
  const connect = [{ type: 'websocket.connect' as const }]
  for (const where of Object.values({
    'the route': (guard: Guard): App => WebSocketRoute('/', open, { guards: [guard] }),
    'a layer': (guard: Guard): App =>
      Router(layer({ guards: [guard] }, [WebSocketRoute('/', open)])),
    'the router': (guard: Guard): App => Router([WebSocketRoute('/', open)], { guards: [guard] }),
    'a mount of another app': (guard: Guard): App =>
      Mount('', (scope, receive, send) => WebSocketRoute('/', open)(scope, receive, send), {
        guards: [guard],
      }),
  })) {
    const guard = noting()
    const messages = await call(where(guard), { ...at }, connect)
    t.equal(messages[0]?.type, 'websocket.accept')
    t.equal(guard.seen.length, 1)
    t.ok(guard.seen[0] instanceof Connection)
    t.match(await call(where(refuse), { ...at }, connect), [
      { type: 'websocket.http.response.start', status: 403 },
    ])
  }
})

t.test('the default of a router is guarded', async (t) => {
  const app = Router([], { default: ok(), guards: [refuse] })
  t.equal((await send(app, '/')).status, 403)
})

t.test('files of a mount are guarded, even if a guard passed elsewhere', async (t) => {
  const guard = noting()
  const app = Router(
    [
      Mount('/files', StaticFiles({ directory: 'tests' })),
      Mount('/foreign', toApp(ok(), 'the test')),
    ],
    {
      guards: [guard],
    },
  )
  const scope = httpScope({ path: '/foreign/' })
  await call(app, scope)
  t.equal(scope.settings?.guards?.length, 1)
  t.equal(
    (
      await send(
        Router([Mount('/files', StaticFiles({ directory: 'tests' }))], { guards: [refuse] }),
        '/files/architecture.ts',
      )
    ).status,
    403,
  )
})

t.test('a guard of a foreign app may read the body first', async (t) => {
  const reading: Guard = { of: (connection) => (connection as unknown as Request).text() }
  const echo: App = async (scope, receive, send) => {
    if (scope.type !== 'http') return
    const text = await new Request(scope, receive, send).text()
    await new PlainTextResponse(text).respond(scope, receive, send)
  }
  const app = Router([Mount('/', echo, { guards: [reading] })])
  const body = new TextEncoder().encode('hello')
  const messages = await call(app, httpScope({ method: 'POST' }), [
    { type: 'http.request', body, moreBody: false },
  ])
  t.equal(responseOf(messages).text, 'hello')
})

// LS-DI-1
t.test('a dependency is a guard, and is closed after the handler or the foreign app', async (t) => {
  const seen: string[] = []
  const user = dependency(async function* () {
    seen.push('open')
    yield 'me'
    seen.push('close')
  })
  const foreign: App = (scope, receive, send) => {
    seen.push('app')
    return ok().respond(scope, receive, send)
  }
  const handler = async (request: Request): Promise<PlainTextResponse> => {
    seen.push(await user.of(request))
    return ok()
  }
  for (const [app, name] of [
    [Router([Route('/', handler)], { guards: [user] }), 'me'],
    [Mount('', foreign, { guards: [user] }), 'app'],
  ] as const) {
    seen.length = 0
    await send(app, '/')
    t.same(seen, ['open', name, 'close'])
  }
})
