import t from 'tap'
import { httpMiddleware } from '../../lib/authoring/httpmiddleware.ts'
import { type Outcome, observe, routeTemplate } from '../../lib/authoring/observation.ts'
import { ClientDisconnected, HTTPException } from '../../lib/exceptions.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Host, Mount, Route, Router } from '../../lib/routing.ts'
import { type App, type Scope, SENT, type Send, type SendMessage } from '../../lib/types.ts'
import { call, httpScope, receiving, websocketScope } from '../support/scopes.ts'

async function outcomeOf(app: App, scope: Scope = httpScope(), send: Send = async () => {}) {
  const outcomes: Outcome[] = []
  await observe(app, scope, receiving([]), send, (outcome) => outcomes.push(outcome)).catch(
    () => {},
  )
  t.equal(outcomes.length, 1, 'it is told once')
  const [{ duration = -1, ...rest } = {}] = outcomes
  t.ok(duration >= 0 && duration < 5_000)
  return rest
}

const sending =
  (...messages: SendMessage[]): App =>
  async (_scope, _receive, send) => {
    for (const message of messages) await send(message)
  }

const start: SendMessage = {
  type: 'http.response.start',
  status: 201,
  headers: ['content-length', '7'],
}
const body = (size: number, moreBody: boolean): SendMessage => ({
  type: 'http.response.body',
  body: new Uint8Array(size),
  moreBody,
})
const fine = { aborted: false, error: undefined }

t.test('reports the status and bytes that were sent', async (t) => {
  const table: [SendMessage[], number, number][] = [
    [[start, body(3, true), body(4, false)], 201, 7],
    [[start, { type: 'http.response.body' }], 201, 0],
    [[start, { type: 'http.response.pathsend', path: '/x' }], 201, 7],
    [
      [
        { ...start, headers: [] },
        { type: 'http.response.pathsend', path: '/x' },
      ],
      201,
      0,
    ],
    [[start], 201, 0],
    [[], 500, 0],
  ]
  for (const [messages, status, bytes] of table) {
    t.same(await outcomeOf(sending(...messages)), { status, bytes, ...fine })
  }
})

t.test('a body that is not sent does not count', async (t) => {
  const file: SendMessage = { type: 'http.response.pathsend', path: '/x' }
  for (const last of [body(7, false), file]) {
    const head = httpScope({ method: 'HEAD' })
    t.match(await outcomeOf(sending(start, last), head), { status: 201, bytes: 0 })
  }
  for (const status of [204, 304]) {
    const app = sending({ ...start, status }, body(7, false))
    t.match(await outcomeOf(app), { status, bytes: 0 })
  }
})

t.test('reports websockets', async (t) => {
  const accept: SendMessage = { type: 'websocket.accept' }
  const close: SendMessage = { type: 'websocket.close' }
  const table: [SendMessage[], number, number][] = [
    [[close], 403, 0],
    [[accept, close], 101, 0],
    [
      [
        accept,
        { type: 'websocket.send', text: 'ü' },
        { type: 'websocket.send', bytes: new Uint8Array(3) },
      ],
      101,
      5,
    ],
    [[accept, { type: 'websocket.send' }], 101, 0],
    [
      [
        { type: 'websocket.http.response.start', status: 401, headers: [] },
        { type: 'websocket.http.response.body', body: new Uint8Array(2) },
      ],
      401,
      2,
    ],
  ]
  for (const [messages, status, bytes] of table) {
    const outcome = await outcomeOf(sending(...messages), websocketScope())
    t.same(outcome, { status, bytes, ...fine })
  }
})

t.test('reports a thrown error and the status of its answer', async (t) => {
  const bug = new Error('kaput')
  const teapot = new HTTPException(418, 'short')
  const failing =
    (error: unknown, ...messages: SendMessage[]): App =>
    async (...given) => {
      await sending(...messages)(...given)
      throw error
    }

  t.same(await outcomeOf(failing(bug)), { status: 500, bytes: 0, aborted: false, error: bug })
  t.same(await outcomeOf(failing(teapot)), { status: 418, bytes: 0, aborted: false, error: teapot })
  t.same(await outcomeOf(failing(bug, start)), {
    status: 201,
    bytes: 0,
    aborted: false,
    error: bug,
  })
  t.same(await outcomeOf(failing(bug, start, body(1, false))), { status: 201, bytes: 1, ...fine })
  const hasty: App = () => {
    throw bug
  }
  t.match(await outcomeOf(hasty), { error: bug })
})

t.test('reports a disconnect', async (t) => {
  const gone: Send = () => Promise.reject(new ClientDisconnected())
  const late: Send = async ({ type }) => {
    if (type === 'http.response.body') throw new ClientDisconnected()
  }
  const app = sending(start, body(1, false))
  const aborted = { aborted: true, error: undefined }

  t.match(await outcomeOf(app, httpScope(), late), { status: 201, ...aborted })
  t.match(await outcomeOf(() => Promise.reject(new ClientDisconnected())), {
    status: 499,
    ...aborted,
  })
  t.match(await outcomeOf(app, httpScope(), gone), { status: 499, bytes: 0, ...aborted })
  // A server keeps the start until it knows how the body begins.
  const keeping: Send = (message) => (message.type === 'http.response.start' ? SENT : gone(message))
  t.match(await outcomeOf(app, httpScope(), keeping), { status: 499, bytes: 0, ...aborted })
  let count = 0
  const cut: Send = (message) => (++count > 2 ? gone(message) : SENT)
  t.match(await outcomeOf(sending(start, body(3, true), body(4, false)), httpScope(), cut), {
    status: 201,
    ...aborted,
  })
  const accept: SendMessage = { type: 'websocket.accept' }
  t.match(await outcomeOf(sending(accept), websocketScope(), gone), { status: 499, ...aborted })
})

t.test('rethrows errors of the app', async (t) => {
  const bug = new Error('kaput')
  const app: App = () => Promise.reject(bug)

  await t.rejects(
    observe(
      app,
      httpScope(),
      receiving([]),
      async () => {},
      () => {},
    ),
    bug,
  )
})

t.test('returns the promise of an app that has finished', async (t) => {
  const outcomes: number[] = []
  const app: App = (_scope, _receive, send) => {
    send(start)
    return send(body(1, false))
  }
  const finish = ({ status }: Outcome) => outcomes.push(status)

  t.equal(
    observe(app, httpScope(), receiving([]), () => SENT, finish),
    SENT,
  )
  t.equal(
    observe(
      () => SENT,
      httpScope(),
      receiving([]),
      () => SENT,
      finish,
    ),
    SENT,
  )
  t.same(outcomes, [201, 500])
})

t.test('does not wait for background work', async (t) => {
  const order: string[] = []
  const app: App = (scope, receive, send) =>
    new PlainTextResponse('x', { background: () => order.push('work') }).respond(
      scope,
      receive,
      send,
    )

  await observe(
    app,
    httpScope(),
    receiving([]),
    async () => {},
    () => order.push('told'),
  )

  t.same(order, ['told', 'work'])
})

t.test('a route template includes the mounts around it', async (t) => {
  const leaf = Route('/{id:int}', () => new PlainTextResponse('x'))
  const open: App = async (scope, receive, send) =>
    new StreamingResponse(['x']).respond(scope, receive, send)
  const router = Router([
    Route('/', () => new PlainTextResponse('home')),
    Mount('/{tenant}/users', Router([leaf, Mount('/files', open)])),
    Mount('/stamped', Router([leaf]), {
      middleware: [httpMiddleware((request, next) => next(request))],
    }),
    Host('api.example.org', Router([leaf])),
  ])
  const templateOf = async (path: string, host = 'testserver') => {
    const scope = httpScope({ path, rawPath: path, headers: ['host', host] })
    await call(httpMiddleware((request, next) => next(request))(router), scope)
    return routeTemplate(scope)
  }

  t.equal(await templateOf('/'), '/')
  t.equal(await templateOf('/acme/users/7'), '/{tenant}/users/{id:int}')
  t.equal(await templateOf('/acme/users/files/a/b'), '/{tenant}/users/files/*')
  t.equal(await templateOf('/acme/users/x'), '/{tenant}/users/*', 'a mount with nothing in it')
  t.equal(await templateOf('/stamped/7'), '/stamped/{id:int}')
  t.equal(await templateOf('/nothing'), undefined)
  t.equal(await templateOf('/7', 'api.example.org'), '/{id:int}')
  t.equal(routeTemplate(httpScope({ route: open })), undefined)
})
