import t from 'tap'
import type { ExceptionHandler, ExceptionHandlerEntry } from '../../lib/errors/handlers.ts'
import { ClientDisconnected, HTTPException, WebSocketException } from '../../lib/exceptions.ts'
import { chain } from '../../lib/internal/apps.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import type { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { Mount } from '../../lib/routing/mount.ts'
import { Route } from '../../lib/routing/route.ts'
import { Router } from '../../lib/routing/router.ts'
import { testClient } from '../../lib/testing/client.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, Middleware, Scope, SendMessage } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const throwing =
  (error: unknown): App =>
  async () => {
    throw error
  }
const say = (text: string) => () => new PlainTextResponse(text)

function run(app: App, handlers: ExceptionHandlerEntry[] = [], scope: Scope = httpScope()) {
  return call(chain(lint(), exceptions(handlers))(app), scope)
}

function textOf(sent: readonly SendMessage[]): string {
  return sent
    .map((message) => (message.type === 'http.response.body' ? message.body : undefined))
    .map((body) => new TextDecoder().decode(body))
    .join('')
}

t.test('EX-3: HTTPException is answered with its detail and headers', async (t) => {
  const error = new HTTPException(401, 'Who are you?', { headers: { 'www-authenticate': 'Basic' } })

  const [start, body] = await run(throwing(error))

  t.match(start, { type: 'http.response.start', status: 401 })
  t.match(start, { headers: ['www-authenticate', 'Basic', 'content-length', '12'] })
  t.same(body, {
    type: 'http.response.body',
    body: Buffer.from('Who are you?'),
    moreBody: false,
  })
})

t.test('EX-3: statuses without content have no body', async (t) => {
  for (const status of [204, 304]) {
    const sent = await run(throwing(new HTTPException(status)))

    t.match(sent[0], { status, headers: [] })
    t.equal(textOf(sent), '')
  }
})

t.test('EX-5: a handler is found by status first, then by the nearest class', async (t) => {
  class Missing extends HTTPException {
    constructor() {
      super(404)
    }
  }
  class Narrow extends RangeError {}
  const handlers: ExceptionHandlerEntry[] = [
    [404, say('by status')],
    [Missing, say('by class')],
    [RangeError, say('range')],
    [Narrow, say('narrow')],
  ]

  t.equal(textOf(await run(throwing(new Missing()), handlers)), 'by status')
  t.equal(textOf(await run(throwing(new RangeError('x')), handlers)), 'range')
  t.equal(textOf(await run(throwing(new Narrow('x')), handlers)), 'narrow')
  t.equal(textOf(await run(throwing(new HTTPException(418)), handlers)), "I'm a teapot")
})

t.test('EX-6: HTTPException as key replaces the default', async (t) => {
  const mine: ExceptionHandler<HTTPException> = (_request, error) =>
    new PlainTextResponse(`mine: ${error.detail}`)
  const handlers: ExceptionHandlerEntry[] = [
    [HTTPException, mine],
    [404, say('by status')],
  ]

  t.equal(textOf(await run(throwing(new HTTPException(418)), handlers)), "mine: I'm a teapot")
  t.equal(textOf(await run(throwing(new HTTPException(404)), handlers)), 'by status')
})

t.test('EX-7: the handler gets the request of the endpoint, with its body', async (t) => {
  const app = exceptions([
    [RangeError, async (request: Request) => new PlainTextResponse(`read ${await request.text()}`)],
  ])(
    Router([
      Route('/', {
        post: async (request) => {
          await request.text()
          throw new RangeError('x')
        },
      }),
    ]),
  )
  const client = await testClient(app)
  t.teardown(client.close)

  t.equal(await (await client.post('/', { body: 'hello' })).text(), 'read hello')
})

t.test('bugs, and the handlers of 500 and Error, are left to the server', async (t) => {
  const bug = new Error('kaput')
  const handlers: ExceptionHandlerEntry[] = [
    [500, say('never')],
    [Error, say('never')],
  ]

  for (const error of [bug, undefined, null, 'text']) {
    const thrown = await run(throwing(error), handlers).then(
      () => 'Nothing',
      (reason: unknown) => reason,
    )
    t.equal(thrown, error)
  }
})

t.test('EX-9: an exception after the start is wrapped and rethrown', async (t) => {
  const error = new HTTPException(404)
  const late: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    throw error
  }
  const gone = new ClientDisconnected()
  const left: App = async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    throw gone
  }

  const thrown: unknown = await run(late).catch((reason: unknown) => reason)

  t.match(thrown, {
    message: /HTTPException has a handler, but it was thrown after the response had started/,
    cause: error,
  })
  t.equal(await run(left).catch((reason: unknown) => reason), gone)
})

t.test('EX-4: WebSocketException closes the socket with its code and reason', async (t) => {
  const sent = await run(throwing(new WebSocketException(1008, 'policy')), [], websocketScope())

  t.same(sent, [{ type: 'websocket.close', code: 1008, reason: 'policy' }])
})

t.test('EX-10: HTTPException before accept refuses the handshake', async (t) => {
  const sent = await run(throwing(new HTTPException(403)), [], websocketScope())

  t.match(sent[0], { type: 'websocket.http.response.start', status: 403 })
  t.match(sent[1], { type: 'websocket.http.response.body', body: Buffer.from('Forbidden') })
})

t.test('EX-10: without the extension, the handshake is refused by a close', async (t) => {
  const scope = websocketScope({ extensions: {} })

  const sent = await run(throwing(new HTTPException(401)), [], scope)

  t.same(sent, [{ type: 'websocket.close' }])
})

t.test('EX-12: handlers answer inside the middleware of a mount', async (t) => {
  const stamp: Middleware = (app) => (scope, receive, send) =>
    app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, 'x-mount', '1'] })
    })
  const fail = (): never => {
    throw new RangeError('x')
  }
  const router = Router([Route('/x', fail)])
  const app = exceptions([
    [RangeError, say('range')],
    [404, say('nothing here')],
  ])(Router([Mount('/m', router, { middleware: [stamp] })]))
  const client = await testClient(app)
  t.teardown(client.close)

  for (const [path, text] of [
    ['/m/x', 'range'],
    ['/m/y', 'nothing here'],
  ] as const) {
    const response = await client.get(path)
    t.equal(await response.text(), text)
    t.equal(response.headers.get('x-mount'), '1')
  }
})

t.test('EX-15: handlers of 404 and 405 answer for the router', async (t) => {
  const app = exceptions([
    [404, say('nothing here')],
    [405, say('not so')],
  ])(Router([Route('/', say('home'))]))
  const client = await testClient(app)
  t.teardown(client.close)

  t.equal(await (await client.get('/x')).text(), 'nothing here')
  t.equal(await (await client.post('/')).text(), 'not so')
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, exceptions()))

t.test('errors of the lifespan are rethrown', async (t) => {
  const seen: Scope[] = []
  const scope = lifespanScope()
  const error = new HTTPException(404)
  const app: App = async (given) => {
    seen.push(given)
    throw error
  }

  t.equal(await run(app, [], scope).catch((reason: unknown) => reason), error)
  t.equal(seen[0], scope)
  t.notOk('exceptionHandlers' in scope)
})

t.test('an invalid entry throws at once', async (t) => {
  t.throws(() => exceptions([['404', say('x')]] as never), {
    message: /an entry must be \[status or error class, handler\]/,
  })
})
