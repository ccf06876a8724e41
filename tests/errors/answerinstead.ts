import t from 'tap'
import { answerInstead } from '../../lib/errors/answerinstead.ts'
import { UnsupportedProtocol } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const denied: App = lint()((scope, receive, send) =>
  answerInstead(new PlainTextResponse('closed', { status: 503 }), scope, receive, send),
)

t.test('a request gets the response', async (t) => {
  const { status, text } = responseOf(await call(denied, httpScope()))

  t.same([status, text], [503, 'closed'])
})

t.test('a handshake is denied with the response', async (t) => {
  const [start, body] = await call(denied, websocketScope(), [{ type: 'websocket.connect' }])

  t.match(start, { type: 'websocket.http.response.start', status: 503 })
  t.match(body, { type: 'websocket.http.response.body', body: Buffer.from('closed') })
})

t.test('denies with 403 if the server cannot send a response', async (t) => {
  const scope = websocketScope({ extensions: {} })

  t.same(await call(denied, scope, [{ type: 'websocket.connect' }]), [{ type: 'websocket.close' }])
})

t.test('rejects the lifespan', async (t) => {
  await t.rejects(call(denied, lifespanScope(), []), UnsupportedProtocol)
})
