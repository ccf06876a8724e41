import t from 'tap'
import { HTTPException, WebSocketException } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing/route.ts'
import { Router } from '../../lib/routing/router.ts'
import { WebSocketRoute } from '../../lib/routing/websocketroute.ts'
import type { Middleware, ReceiveMessage } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const CONNECT: ReceiveMessage = { type: 'websocket.connect' }
const at = (path: string) => websocketScope({ path })

t.test('has readable properties', async (t) => {
  const chat = (): void => {}
  const route = WebSocketRoute('/chat/{room}', chat)

  t.equal(route.kind, 'websocket')
  t.equal(route.path, '/chat/{room}')
  t.equal(route.name, 'chat')
  t.equal(WebSocketRoute('/', chat, { name: 'other' }).name, 'other')
  t.equal(route.entry.endpoint, chat)
  t.equal(route.entry.route, route)
})

t.test('passes a websocket with the path parameters to the handler', async (t) => {
  const route = WebSocketRoute('/chat/{room}/{seat:int}', async (websocket) => {
    await websocket.accept()
    await websocket.sendJSON(websocket.pathParams)
    await websocket.close()
  })

  t.same(await call(route, at('/chat/a/7'), [CONNECT]), [
    { type: 'websocket.accept' },
    { type: 'websocket.send', text: '{"room":"a","seat":7}' },
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
})

// RT-50, RT-72, WS-18
t.test('is an app, which refuses handshakes for other paths', async (t) => {
  const route = WebSocketRoute('/chat', () => {})

  t.same(await call(route, at('/other'), [CONNECT]), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
  t.equal(responseOf(await call(route, httpScope({ path: '/chat' }))).status, 404)
  await t.rejects(call(route, lifespanScope()), { name: 'UnsupportedProtocol' })
  await t.rejects(call(route.entry.app, httpScope()), { name: 'UnsupportedProtocol' })
})

// RT-75, WS-19
t.test('shares its path with an http route', async (t) => {
  const router = Router([
    Route('/x', () => new PlainTextResponse('http')),
    WebSocketRoute('/x', (websocket) => websocket.close(3000)),
  ])

  t.equal(responseOf(await call(router, httpScope({ path: '/x' }))).text, 'http')
  t.match(await call(router, at('/x'), [CONNECT]), [{ type: 'websocket.close', code: 3000 }])
})

// EX-4
t.test('closes with the code of a WebSocketException', async (t) => {
  const route = WebSocketRoute('/', () => {
    throw new WebSocketException(1008, 'policy')
  })

  t.same(await call(route, at('/'), [CONNECT]), [
    { type: 'websocket.close', code: 1008, reason: 'policy' },
  ])
})

// EX-10
t.test('denies the handshake with the answer of an HTTPException', async (t) => {
  const route = WebSocketRoute('/', () => {
    throw new HTTPException(401, 'who?')
  })

  const [start, body] = await call(route, at('/'), [CONNECT])

  t.match(start, { type: 'websocket.http.response.start', status: 401 })
  t.match(body, { type: 'websocket.http.response.body', body: new TextEncoder().encode('who?') })
})

t.test('rethrows bugs', async (t) => {
  const bug = new Error('bug')
  const route = WebSocketRoute('/', async () => {
    throw bug
  })

  await t.rejects(call(route, at('/'), [CONNECT]), bug)
})

// RT-42
t.test('has its own middleware', async (t) => {
  const refusing: Middleware = () => async (_scope, _receive, send) =>
    send({ type: 'websocket.close', code: 3001 })
  const route = WebSocketRoute('/', () => {}, { middleware: [refusing] })

  t.same(await call(route, at('/'), [CONNECT]), [{ type: 'websocket.close', code: 3001 }])
})

t.test('refuses invalid arguments', async (t) => {
  t.throws(() => WebSocketRoute('chat', () => {}), {
    message: /^WebSocketRoute: the path must begin with "\/", in "chat"\. Write "\/chat"\./,
  })
  t.throws(() => WebSocketRoute('/chat', 'chat' as never), {
    message:
      'WebSocketRoute "/chat": the handler must be a function (websocket) => …, string was given. Is the name spelled right?',
  })
})
