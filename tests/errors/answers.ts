// What a client gets for an error that was thrown.
import t from 'tap'
import {
  answerException,
  type ExceptionHandler,
  ExceptionHandlers,
} from '../../lib/errors/handlers.ts'
import { HTTPException, WebSocketException } from '../../lib/exceptions.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import type { App, SendMessage } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'

class Invalid extends Error {}
class InvalidOrder extends Invalid {}

/** An app that throws this. */
const throwing =
  (error: unknown, request?: Request): App =>
  (scope, receive, send) =>
    answerException(error, scope, receive, send, request)

function bodyOf(sent: readonly SendMessage[]): string {
  const texts = sent.map((message) =>
    'body' in message ? new TextDecoder().decode(message.body) : '',
  )
  return texts.join('')
}

// EX-3
t.test('answers an HTTPException with its detail as text, and its headers', async (t) => {
  const error = new HTTPException(401, 'Wer da?', {
    headers: { 'www-authenticate': 'Basic', 'x-a': '1' },
  })

  const sent = await call(throwing(error))

  t.match(sent[0], {
    status: 401,
    headers: [
      'www-authenticate',
      'Basic',
      'x-a',
      '1',
      'content-length',
      '7',
      'content-type',
      'text/plain; charset=utf-8',
    ],
  })
  t.equal(bodyOf(sent), 'Wer da?')
  t.equal([...error.headers].length, 2, 'the exception can be thrown again')
})

for (const status of [204, 304]) {
  // EX-3
  t.test(`answers a ${status} without a body and its fields`, async (t) => {
    const sent = await call(throwing(new HTTPException(status, 'x', { headers: { 'x-a': '1' } })))

    t.match(sent[0], { status, headers: ['x-a', '1'] })
    t.equal(bodyOf(sent), '')
  })
}

t.test('calls the handler with the request and the error', async (t) => {
  const scope = httpScope({
    exceptionHandlers: new ExceptionHandlers([
      [
        InvalidOrder,
        async (request: Request, error: InvalidOrder) =>
          new PlainTextResponse(`${request.method} ${error.message}`, { status: 422 }),
      ],
    ]),
  })

  const sent = await call(throwing(new InvalidOrder('no such thing')), scope)

  t.match(sent[0], { status: 422 })
  t.equal(bodyOf(sent), 'GET no such thing')
})

// EX-7
t.test('passes the same request object to the handler, with its body', async (t) => {
  const seen: unknown[] = []
  const handlers = new ExceptionHandlers([
    [
      Invalid,
      async (request: Request) => {
        seen.push(request)
        return new PlainTextResponse(await request.text())
      },
    ],
  ])
  const scope = httpScope({ exceptionHandlers: handlers, headers: ['content-length', '4'] })
  const app: App = async (scope, receive, send) => {
    const request = new Request(scope as Request['scope'], receive, send)
    await request.bytes()
    seen.push(request)
    await answerException(new Invalid(), scope, receive, send, request)
  }

  const sent = await call(app, scope, [
    { type: 'http.request', body: new TextEncoder().encode('body'), moreBody: false },
  ])

  t.equal(bodyOf(sent), 'body')
  t.equal(seen.length, 2)
  t.equal(seen[0], seen[1])
})

t.test('a handler of a middleware without a request can read the body', async (t) => {
  const handlers = new ExceptionHandlers([
    [Invalid, async (request: Request) => new PlainTextResponse(await request.text())],
  ])
  const scope = httpScope({ exceptionHandlers: handlers, headers: ['content-length', '2'] })

  const sent = await call(throwing(new Invalid()), scope, [
    { type: 'http.request', body: new TextEncoder().encode('hi'), moreBody: false },
  ])

  t.equal(bodyOf(sent), 'hi')
})

t.test('a handler may answer with an app', async (t) => {
  const app: App = (scope, receive, send) =>
    new PlainTextResponse('from an app').respond(scope, receive, send)
  const scope = httpScope({ exceptionHandlers: new ExceptionHandlers([[404, () => app]]) })

  const sent = await call(throwing(new HTTPException(404)), scope)

  t.equal(bodyOf(sent), 'from an app')
})

t.test('a handler that returns nothing is an error', async (t) => {
  const forgetful = (() => {}) as unknown as ExceptionHandler
  const scope = httpScope({ exceptionHandlers: new ExceptionHandlers([[404, forgetful]]) })

  await t.rejects(call(throwing(new HTTPException(404)), scope), {
    name: 'TypeError',
    message:
      /^exceptionHandlers: a handler must return a Response or an App, but returned undefined\. Is a/,
  })
})

t.test('an error of a handler is rethrown', async (t) => {
  const failing: ExceptionHandler = () => {
    throw new RangeError('kaput')
  }
  const scope = httpScope({ exceptionHandlers: new ExceptionHandlers([[404, failing]]) })

  await t.rejects(call(throwing(new HTTPException(404)), scope), { name: 'RangeError' })
})

for (const [title, scope] of [
  ['http', httpScope()],
  ['websocket', websocketScope()],
  ['lifespan', lifespanScope()],
] as const) {
  t.test(`a bug in ${title} is rethrown unchanged, with nothing sent`, async (t) => {
    const bug = new Error('bug')
    const sent: SendMessage[] = []
    const send = async (message: SendMessage): Promise<void> => {
      sent.push(message)
    }

    await t.rejects(
      answerException(bug, scope, () => new Promise(() => {}), send),
      bug,
    )
    t.strictSame(sent, [])
  })
}

t.test('even an HTTPException cannot be answered in a lifespan', async (t) => {
  await t.rejects(call(throwing(new HTTPException(404)), lifespanScope()), {
    name: 'HTTPException',
  })
})

// EX-4
t.test('a WebSocketException closes the websocket', async (t) => {
  const sent = await call(throwing(new WebSocketException(1008, 'policy')), websocketScope(), [])

  t.strictSame(sent, [{ type: 'websocket.close', code: 1008, reason: 'policy' }])
})

t.test('a WebSocketException has no answer on http', async (t) => {
  await t.rejects(call(throwing(new WebSocketException(1008))), { name: 'WebSocketException' })
})

// EX-10
t.test('an HTTPException before accept denies the handshake with its response', async (t) => {
  const error = new HTTPException(401, 'Who?', { headers: { 'x-a': '1' } })

  const sent = await call(throwing(error), websocketScope(), [])

  t.match(sent[0], { type: 'websocket.http.response.start', status: 401 })
  t.match(sent[1], { type: 'websocket.http.response.body', moreBody: false })
  t.equal(bodyOf(sent), 'Who?')
})
