import { type ChannelListener, subscribe, unsubscribe } from 'node:diagnostics_channel'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { type DiagnosticsEnd, diagnosed, diagnostics } from '../../lib/middleware/diagnostics.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { type App, type Middleware, SENT } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'

type Heard = [channel: string, message: Partial<DiagnosticsEnd>]

/** Everything that is published on these channels during a test. */
function heard(t: Test, ...names: readonly string[]): Heard[] {
  const all: Heard[] = []
  for (const name of names) {
    const listener: ChannelListener = (message, channel) => {
      all.push([String(channel), message as DiagnosticsEnd])
    }
    subscribe(`stellula.${name}`, listener)
    t.teardown(() => unsubscribe(`stellula.${name}`, listener))
  }
  return all
}

const app = Application({
  middleware: [diagnostics()],
  routes: [
    Mount('/shop', Router([Route('/{id:int}', () => new PlainTextResponse('hello'))])),
    Route('/fail', () => {
      throw new Error('a bug')
    }),
    WebSocketRoute('/echo', async (websocket) => {
      await websocket.accept()
      await websocket.sendText('hello')
    }),
  ],
})

t.test('requests are published with their route and outcome', async (t) => {
  const all = heard(t, 'request.start', 'request.end', 'request.error')
  await using client = await testClient(app, { raiseServerExceptions: false })

  await client.get('/shop/7')
  await client.get('/fail')

  t.same(
    all.map(([channel, { route, status }]) => [channel, route, status]),
    [
      ['stellula.request.start', undefined, undefined],
      ['stellula.request.end', '/shop/{id:int}', 200],
      ['stellula.request.start', undefined, undefined],
      ['stellula.request.error', '/fail', 500],
      ['stellula.request.end', '/fail', 500],
    ],
  )
  t.equal(all[0]?.[1].scope, all[1]?.[1].scope)
  t.match(all[1]?.[1], { bytes: 5, aborted: false, error: undefined, duration: Number })
  t.match(all[3]?.[1].error, { message: 'a bug' })
})

t.test('websockets are published', async (t) => {
  const all = heard(t, 'websocket.start', 'websocket.end', 'request.end')
  await using client = await testClient(app)
  await using socket = await client.websocket('/echo')
  t.equal(await socket.receiveText(), 'hello')
  await socket.closed

  t.same(
    all.map(([channel, { route, status }]) => [channel, route, status]),
    [
      ['stellula.websocket.start', undefined, undefined],
      ['stellula.websocket.end', '/echo', 101],
    ],
  )
})

t.test('a middleware is published by its name', async (t) => {
  const all = heard(t, 'middleware.start', 'middleware.end')
  const nothing: Middleware = (app) => app
  const named = Application({
    middleware: [diagnosed('nothing', nothing)],
    routes: [Route('/', () => new PlainTextResponse('hello'))],
  })
  await using client = await testClient(named)

  await client.get('/')

  t.same(
    all.map(([channel, { name, status }]) => [channel, name, status]),
    [
      ['stellula.middleware.start', 'nothing', undefined],
      ['stellula.middleware.end', 'nothing', 200],
    ],
  )
})

t.test('without subscribers the app is called directly', (t) => {
  const given: unknown[] = []
  const bare: App = (...args) => {
    given.push(...args)
    return SENT
  }
  const args = [
    httpScope(),
    async () => ({ type: 'http.disconnect' }) as const,
    async () => {},
  ] as const

  t.equal(diagnostics()(bare)(...args), SENT)

  t.ok(given.every((value, index) => value === args[index]))
  t.end()
})

t.test('invalid arguments are refused at once', (t) => {
  const nothing: Middleware = (app) => app
  t.throws(() => diagnosed('', nothing), {
    name: 'TypeError',
    message: `diagnosed: name must be a text, "" was given. Write diagnosed('compress', compress()).`,
  })
  t.throws(
    () => diagnosed('a', undefined as unknown as Middleware),
    /middleware must be a function/,
  )
  t.end()
})
