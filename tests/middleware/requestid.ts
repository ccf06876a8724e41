import t from 'tap'
import { chain } from '../../lib/internal/apps.ts'
import { incomingId, requestId } from '../../lib/middleware/requestid.ts'
import { toApp } from '../../lib/responses/response.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, SendMessage } from '../../lib/types.ts'
import { answerToBug } from '../support/failing.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertUntouched } from '../support/untouched.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`
const hello = toApp(new PlainTextResponse('hello'), 'the test')

async function run(headers: string[] = [], options = {}, app = hello) {
  const scope = httpScope({ headers: ['host', 'a', ...headers] })
  const sent = await call(chain(lint(), requestId(options), lint())(app), scope)
  return { id: scope.state?.['requestId'], sent: responseOf(sent).headers.getAll('x-request-id') }
}

t.test('a request gets an id, in its state and in the response', async (t) => {
  const { id, sent } = await run()

  t.match(id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  t.same(sent, [id])
  t.not((await run()).id, id)
})

const INCOMING: readonly (readonly [headers: string[], id: string | undefined])[] = [
  [['x-request-id', 'abc-1_2.3:4+5/6=7@8'], 'abc-1_2.3:4+5/6=7@8'],
  [['x-request-id', 'a'.repeat(128)], 'a'.repeat(128)],
  [['x-request-id', 'a'.repeat(129)], undefined],
  [['x-request-id', ''], undefined],
  [['x-request-id', 'a b'], undefined],
  [['x-request-id', 'a\tb'], undefined],
  [['x-request-id', '<script>'], undefined],
  [['x-request-id', 'é'], undefined],
  [['x-request-id', 'a', 'x-request-id', 'b'], undefined],
  [['traceparent', PARENT], TRACE],
  [['x-request-id', 'mine', 'traceparent', PARENT], 'mine'],
  [['x-request-id', 'a b', 'traceparent', PARENT], TRACE],
  [['traceparent', `cc-${TRACE}-00f067aa0ba902b7-01-later`], TRACE],
  [['traceparent', `ff-${TRACE}-00f067aa0ba902b7-01`], undefined],
  [['traceparent', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`], undefined],
  [['traceparent', `00-${TRACE}-${'0'.repeat(16)}-01`], undefined],
  [['traceparent', PARENT.toUpperCase()], undefined],
  [['traceparent', PARENT, 'traceparent', PARENT], undefined],
]

for (const [headers, id] of INCOMING) {
  t.test(`${JSON.stringify(headers).slice(0, 60)} has ${id ? 'a' : 'no'} valid id`, async (t) => {
    t.equal(incomingId(headers), id)
    if (id !== undefined) t.same(await run(headers), { id, sent: [id] })
  })
}

t.test('the field, the generator and the trust can be chosen', async (t) => {
  const options = { header: 'X-Trace', generate: () => 'made' }

  t.equal((await run(['x-trace', 'sent'], options)).id, 'sent')
  t.equal((await run(['x-trace', 'sent'], { ...options, trusted: false })).id, 'made')
  t.equal((await run([], options)).id, 'made')
})

t.test('a response with the field keeps it', async (t) => {
  const app = toApp(new PlainTextResponse('', { headers: { 'x-request-id': 'own' } }), 'the test')

  t.same((await run([], {}, app)).sent, ['own'])
})

t.test('the answer to a bug has the id', async (t) => {
  const { status, headers } = await answerToBug(requestId({ generate: () => 'made' }))

  t.equal(status, 500)
  t.same(headers.getAll('x-request-id'), ['made'])
})

t.test('websockets get an id too', async (t) => {
  const messages: SendMessage[] = [
    { type: 'websocket.accept' },
    { type: 'websocket.http.response.start', status: 403, headers: [] },
    { type: 'websocket.send', text: 'a' },
  ]
  const app: App = async (_scope, _receive, send) => {
    for (const message of messages) await send(message)
  }
  const scope = websocketScope({ state: { db: 1 } })
  const sent = await call(requestId({ generate: () => 'made' })(app), scope)

  t.same(scope.state, { db: 1, requestId: 'made' })
  t.match(sent[0], { headers: ['x-request-id', 'made'] })
  t.match(sent[1], { headers: ['x-request-id', 'made'] })
  t.equal(sent[2], messages[2])
})

t.test('an accept message without fields is not changed', async (t) => {
  const accept: SendMessage = { type: 'websocket.accept' }
  const app: App = (_scope, _receive, send) => send(accept)

  const sent = await call(requestId({ generate: () => 'made' })(app), websocketScope())

  t.same(sent, [{ type: 'websocket.accept', headers: ['x-request-id', 'made'] }])
  t.same(accept, { type: 'websocket.accept' }, 'the app may send it again')
})

t.test('other scopes pass unchanged', (t) => assertUntouched(t, requestId()))

t.test('invalid arguments throw', async (t) => {
  t.throws(() => requestId({ header: 'a b' }), /^requestId: header must be a field name, "a b"/)
  const generate = 'id' as unknown as () => string
  t.throws(() => requestId({ generate }), /^requestId: generate must be a function, "id" was given/)
  await t.rejects(
    async () => run([], { generate: () => 'a\nb' }),
    /requestId: generate must return 1 to 128 letters, .*, "a\\nb" was given/,
  )
})
