// The prefix of a mount without a slash at its end.
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { JSONResponse, PlainTextResponse } from '../../../lib/responses.ts'
import { Host, Mount, Route, Router, WebSocketRoute } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { App, HTTPScope, Middleware } from '../../../lib/types.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { responseOf, type Sent } from '../../support/sent.ts'

const get = async (app: App, path: string, scope: Partial<HTTPScope> = {}): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, rawPath: path, ...scope })))

const users = Router([
  Route('/', {
    get: ({ scope }) => new JSONResponse([scope.path, scope.rootPath, scope.mountPath]),
    post: async (request) => new JSONResponse({ made: await request.json() }, { status: 201 }),
  }),
  Route('/{id:int}', ({ pathParams }) => new JSONResponse(pathParams)),
])

for (const redirectSlashes of [true, false]) {
  t.test(`the route for / answers, with redirectSlashes ${redirectSlashes}`, async (t) => {
    const app = Router([Mount('/users', users)], { redirectSlashes })

    t.same(JSON.parse((await get(app, '/users')).text), ['/users', '/users', '/users'])
    t.same(JSON.parse((await get(app, '/users/')).text), ['/users/', '/users', '/users'])
    t.same(JSON.parse((await get(app, '/users/7')).text), { id: 7 })
    const refused = await get(app, '/users', { method: 'DELETE' })
    t.same([refused.status, refused.headers.get('allow')], [405, 'GET, HEAD, POST'])
    await using client = await testClient(app)
    const made = await client.post('/users', { json: 'Ada', followRedirects: false })
    t.same([made.status, await made.json()], [201, { made: 'Ada' }])
  })
}

t.test('in any app: an application, a nested mount, a single mount', async (t) => {
  const named = ({ pathParams }: { pathParams: object }): JSONResponse =>
    new JSONResponse(pathParams)
  const inner = Router([Mount('/', Router([Route('/', named)]))])
  const app = Application({
    routes: [
      Mount('/a', Application({ routes: [Route('/', () => new PlainTextResponse('a'))] })),
      Mount('/{tenant}/b', Router([Mount('/c', inner)])),
    ],
  })

  t.equal((await get(app, '/a')).text, 'a')
  t.same(JSON.parse((await get(app, '/x/b/c')).text), { tenant: 'x' })
  t.equal((await get(Mount('/a', app), '/a/a')).text, 'a')
  t.equal((await get(Mount('/u', users), '/u')).status, 200)
  t.equal((await get(Mount('/u', users, { redirectPrefix: true }), '/u')).status, 404)
})

t.test('the middleware of the mount wraps it', async (t) => {
  const log: string[] = []
  const noting: Middleware = (inner) => (scope, receive, send) => {
    if (scope.type === 'http') log.push(scope.path)
    return inner(scope, receive, send)
  }
  await get(Router([Mount('/users', users, { middleware: [noting] })]), '/users')
  t.same(log, ['/users'])
})

t.test('a route for exactly this path comes first, and keeps its other methods', async (t) => {
  const own = (): PlainTextResponse => new PlainTextResponse('own')
  const app = Router([Mount('/users', users), Route('/users', own)])
  t.equal((await get(app, '/users')).text, 'own')

  const posts = Router([Route('/users', { put: own }), Mount('/users', users)])
  t.equal((await get(posts, '/users')).status, 200)
  t.equal((await get(posts, '/users', { method: 'PUT' })).text, 'own')
})

t.test('without a route for / it is redirected, as other apps are', async (t) => {
  const file: App = (scope, receive, send) =>
    new PlainTextResponse('file').respond(scope, receive, send)
  const app = Router([
    Mount('/files', file),
    Mount('/empty', Router([])),
    Mount('/nested', Router([Mount('/', file)])),
    Mount('/relative', users, { redirectPrefix: true }),
  ])
  for (const path of ['/files', '/empty', '/nested', '/relative']) {
    const { status, headers } = await get(app, path)
    t.same([status, headers.get('location')], [307, `http://testserver${path}/`])
  }
  const later = Router([])
  const open = Router([Mount('/later', later)])
  t.equal((await get(open, '/later')).status, 307)
  later.add(Route('/', () => new PlainTextResponse('there')))
  t.equal((await get(open, '/later')).text, 'there')
})

t.test('websockets are served there too', async (t) => {
  const chat = Router([
    WebSocketRoute('/', async (websocket) => {
      await websocket.accept()
      await websocket.sendText(websocket.scope.path)
      await websocket.close()
    }),
  ])
  await using client = await testClient(Router([Mount('/chat', chat)]))
  const socket = await client.websocket('/chat')
  t.equal(await socket.receiveText(), '/chat')
})

t.test('the route for / may be the mounted app itself, or within a host', async (t) => {
  const home = Route('/', ({ pathParams }) => new JSONResponse(pathParams))
  const app = Router([
    Mount('/route', home),
    Mount(
      '/other',
      Route('/a', () => new PlainTextResponse('a')),
    ),
    Mount('/hosts', Router([Host('{t}.x', Router([home]))])),
    Mount('/host', Host('{t}.x', Router([home]))),
    Mount('/later', Router([Mount('/', users), Host('a.x', Router([]))])),
    Mount('/first', Router([Host('a.x', Router([])), Mount('/', users)])),
  ])
  const headers = ['host', 'a.x']

  t.same((await get(app, '/route')).text, '{}')
  t.equal((await get(app, '/route', { method: 'PUT' })).status, 405)
  t.equal((await get(app, '/other')).status, 307)
  for (const path of ['/hosts', '/hosts/', '/host', '/host/']) {
    t.same((await get(app, path, { headers })).text, '{"t":"a"}', path)
  }
  t.equal((await get(app, '/hosts')).status, 307)
  t.equal((await get(app, '/later', { headers })).status, 200)
  t.equal((await get(app, '/first', { headers })).status, 307)
  t.equal((await get(app, '/first')).status, 200)
})
