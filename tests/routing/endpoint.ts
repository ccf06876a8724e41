import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { endpoint, type Handler } from '../../lib/routing/endpoint.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const answering = (handler: unknown): App =>
  endpoint(handler as Handler<never, never>, 'Route "/x"')

const textOf = async (handler: unknown): Promise<string> =>
  responseOf(await call(answering(handler))).text

// RT-29 has no like here: what waits is async.
t.test('sends the response of the handler, synchronous or not', async (t) => {
  t.equal(await textOf(() => new PlainTextResponse('now')), 'now')
  t.equal(await textOf(async () => new PlainTextResponse('later')), 'later')
})

t.test('calls an app in place of a response', async (t) => {
  const app: App = (scope, receive, send) =>
    new PlainTextResponse('by an app').respond(scope, receive, send)

  t.equal(await textOf(() => app), 'by an app')
  t.equal(await textOf(async () => app), 'by an app')
})

t.test('passes a request with the scope and its channels to the handler', async (t) => {
  const app = answering(async (request: Parameters<Handler>[0]) => {
    return new JSONResponse([request.method, request.pathParams, await request.text()])
  })
  const body = new TextEncoder().encode('hello')

  const sent = await call(app, httpScope({ method: 'PUT', pathParams: { id: 7 } }), [
    { type: 'http.request', body, moreBody: false },
  ])

  t.equal(responseOf(sent).text, '["PUT",{"id":7},"hello"]')
})

// EX-3
t.test('answers an HTTPException, synchronous or not', async (t) => {
  const fail = (): never => {
    throw new HTTPException(401, 'who?', { headers: { 'www-authenticate': 'Basic' } })
  }

  for (const handler of [fail, async () => fail()]) {
    const { status, headers, text } = responseOf(await call(answering(handler)))
    t.equal(status, 401)
    t.equal(headers.get('www-authenticate'), 'Basic')
    t.equal(text, 'who?')
  }
})

// EX-7: the body was read by the endpoint, and is there again.
t.test('passes the request of the endpoint to an exception handler', async (t) => {
  class Invalid extends Error {}
  const seen: unknown[] = []
  const app = exceptions([
    [
      Invalid,
      async (request) => {
        seen.push(request)
        return new PlainTextResponse(await request.text(), { status: 400 })
      },
    ],
  ])(
    answering(async (request: Parameters<Handler>[0]) => {
      seen.push(request)
      await request.text()
      throw new Invalid()
    }),
  )
  const body = new TextEncoder().encode('the body')

  const sent = await call(app, httpScope(), [{ type: 'http.request', body, moreBody: false }])

  t.equal(responseOf(sent).text, 'the body')
  t.equal(seen[0], seen[1])
})

t.test('rethrows bugs', async (t) => {
  const bug = new Error('bug')

  await t.rejects(
    call(
      answering(() => {
        throw bug
      }),
    ),
    bug,
  )
  await t.rejects(call(answering(() => Promise.reject(bug))), bug)
})

const WRONG: readonly (readonly [given: unknown, message: RegExp])[] = [
  [
    undefined,
    /^Route "\/x": the handler must return a Response or an App, but returned undefined\. Is a return or an await missing\?$/,
  ],
  [null, /but returned null\./],
  ['hello', /but returned .*Wrap the value: new PlainTextResponse\(text\)/],
  [{ a: 1 }, /but returned .*new JSONResponse\(value\)/],
  [
    new globalThis.Response('x'),
    /but returned .*fetch Response.*Import JSONResponse and friends|Response.*Import JSONResponse/,
  ],
]

for (const [given, message] of WRONG) {
  t.test(`says what to return instead of ${given === null ? 'null' : typeof given}`, async (t) => {
    await t.rejects(call(answering(() => given)), { name: 'TypeError', message })
    await t.rejects(call(answering(async () => given)), { name: 'TypeError', message })
  })
}

t.test('serves http only', async (t) => {
  await t.rejects(
    call(
      answering(() => new PlainTextResponse('')),
      websocketScope(),
    ),
    {
      name: 'UnsupportedProtocol',
    },
  )
})
