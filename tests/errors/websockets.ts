// What the client of a websocket gets for an error, before and after its handshake.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { type ExceptionHandler, ExceptionHandlers } from '../../lib/errors/handlers.ts'
import { ClientDisconnected, HTTPException, WebSocketException } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { conversation } from '../../lib/routing/websocketroute.ts'
import { Mount, WebSocketRoute } from '../../lib/routing.ts'
import type { App, ReceiveMessage, SendMessage, WebSocketScope } from '../../lib/types.ts'
import { call, websocketScope } from '../support/scopes.ts'

class Overloaded extends Error {}

const CONNECT: ReceiveMessage = { type: 'websocket.connect' }

/** What a handler sends that throws, at once or after it has accepted. */
function thrown(
  error: unknown,
  when: 'before' | 'after' | 'closed',
  handlers: ConstructorParameters<typeof ExceptionHandlers>[0] = [],
  scope: Partial<WebSocketScope> = {},
): Promise<SendMessage[]> {
  const app = conversation(async (websocket) => {
    if (when !== 'before') await websocket.accept()
    if (when === 'closed') await websocket.close()
    throw error
  })
  const exceptionHandlers = new ExceptionHandlers(handlers)
  return call(app, websocketScope({ exceptionHandlers, ...scope }), [CONNECT])
}

const ACCEPT = { type: 'websocket.accept' }

// EX-4
t.test('a WebSocketException closes with its code, in both phases', async (t) => {
  const error = new WebSocketException(1008, 'policy')
  const close = { type: 'websocket.close', code: 1008, reason: 'policy' }

  t.same(await thrown(error, 'before'), [close])
  t.same(await thrown(error, 'after'), [ACCEPT, close])
})

// EX-10
t.test(
  'an HTTPException denies the handshake, with 403 if the server cannot send a response',
  async (t) => {
    const error = new HTTPException(401, 'who?', { headers: { 'x-a': '1' } })

    const [start, body] = await thrown(error, 'before')
    t.match(start, { type: 'websocket.http.response.start', status: 401, headers: ['x-a', '1'] })
    t.match(body, { body: new TextEncoder().encode('who?') })
    t.same(await thrown(error, 'before', [], { extensions: {} }), [{ type: 'websocket.close' }])
  },
)

// EX-11
t.test(
  'an HTTPException after accept closes with a code for client or server errors',
  async (t) => {
    t.same(await thrown(new HTTPException(403, 'not you'), 'after'), [
      ACCEPT,
      { type: 'websocket.close', code: 1008, reason: 'not you' },
    ])
    t.same(await thrown(new HTTPException(503, 'later'), 'after'), [
      ACCEPT,
      { type: 'websocket.close', code: 1011, reason: 'later' },
    ])
  },
)

// EX-8
t.test('handlers get the handshake as a request, the error, and the websocket', async (t) => {
  const handler: ExceptionHandler<Overloaded> = async (request, error, websocket) => {
    t.equal(request.method, 'GET')
    t.equal(request.url.href, 'https://testserver/chat?a=1')
    t.equal(await request.text(), '')
    t.equal(error.message, 'full')
    t.equal(websocket?.phase, 'open')
    await websocket?.close(1013, 'try later')
  }

  t.same(
    await thrown(new Overloaded('full'), 'after', [[Overloaded, handler]], {
      scheme: 'wss',
      path: '/chat',
      queryString: 'a=1',
    }),
    [ACCEPT, { type: 'websocket.close', code: 1013, reason: 'try later' }],
  )
})

t.test('a response of a handler refuses the handshake, or closes', async (t) => {
  const answering =
    (status: number): ExceptionHandler =>
    () =>
      new PlainTextResponse('no', { status })

  const before = await thrown(new Overloaded(), 'before', [[Overloaded, answering(503)]])
  t.match(before, [{ type: 'websocket.http.response.start', status: 503 }, {}])
  t.match(await thrown(new Overloaded(), 'after', [[Overloaded, answering(503)]]), [
    ACCEPT,
    { type: 'websocket.close', code: 1011, reason: '' },
  ])
  t.match(await thrown(new HTTPException(400, 'what?'), 'after', [[400, answering(422)]]), [
    ACCEPT,
    { type: 'websocket.close', code: 1008, reason: 'what?' },
  ])
})

t.test('a handler may answer with an app, or with undefined', async (t) => {
  const app: App = (_scope, _receive, send) => send({ type: 'websocket.close', code: 4000 })
  const nothing: ExceptionHandler = () => {}

  t.same(await thrown(new Overloaded(), 'after', [[Overloaded, () => app]]), [
    ACCEPT,
    { type: 'websocket.close', code: 4000 },
  ])
  t.same(await thrown(new Overloaded(), 'after', [[Overloaded, nothing]]), [
    ACCEPT,
    { type: 'websocket.close', code: 1011, reason: '' },
  ])
  t.same(await thrown(new Overloaded(), 'before', [[Overloaded, nothing]]), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
})

t.test('after a handler that closes, its answer is ignored', async (t) => {
  const handler: ExceptionHandler = async (_request, _error, websocket) => {
    await websocket?.close(3000)
    return new PlainTextResponse('too late')
  }

  t.match(await thrown(new Overloaded(), 'after', [[Overloaded, handler]]), [
    ACCEPT,
    { type: 'websocket.close', code: 3000 },
  ])
})

t.test('bugs, and errors after the end, are rethrown', async (t) => {
  const handler: ExceptionHandler = () => {
    t.fail('it must not be asked')
  }

  await t.rejects(thrown(new Overloaded('bug'), 'after'), { message: 'bug' })
  await t.rejects(thrown(new Overloaded('late'), 'closed', [[Overloaded, handler]]), {
    message: 'late',
  })
  const gone = new ClientDisconnected()
  await t.rejects(thrown(gone, 'after', [[ClientDisconnected, handler]]), gone)
})

// EX-12
t.test('errors of apps and middleware are answered in every phase', async (t) => {
  const raw =
    (error: unknown, ...before: SendMessage[]): App =>
    async (_scope, receive, send) => {
      await receive()
      for (const message of before) await send(message)
      throw error
    }
  const run = (app: App): Promise<SendMessage[]> =>
    call(Application({ routes: [Mount('/', app)] }), websocketScope(), [CONNECT])
  const error = new WebSocketException(4001, 'no')
  const close = { type: 'websocket.close', code: 4001, reason: 'no' }

  t.same(await run(raw(error)), [close])
  t.same(await run(raw(error, { type: 'websocket.accept' })), [ACCEPT, close])
  await t.rejects(run(raw(error, { type: 'websocket.close' })), error)
  await t.rejects(run(raw(error, { type: 'websocket.accept' }, { type: 'websocket.close' })), error)
  await t.rejects(
    run(raw(error, { type: 'websocket.http.response.start', status: 400, headers: [] })),
    error,
  )

  const guarding = Application({
    routes: [WebSocketRoute('/', () => {})],
    middleware: [() => raw(error, { type: 'websocket.accept' })],
  })
  t.same(await call(guarding, websocketScope(), [CONNECT]), [ACCEPT, close])
})
