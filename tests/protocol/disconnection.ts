import t from 'tap'
import { httpMiddleware } from '../../lib/authoring.ts'
import { UnsupportedProtocol } from '../../lib/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import type { App, SendMessage } from '../../lib/types.ts'
import { httpScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

t.test('a listener that throws is logged, and the app does not wait for ever', async (t) => {
  const lines = t.capture(console, 'error')
  const received: string[] = []
  const app: App = async (scope, receive) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    scope.onDisconnect?.(() => {
      throw new Error('no')
    })
    received.push((await receive()).type)
  }
  const replacing = httpMiddleware(async (request, next) => {
    next(request).catch(() => {})
    return new PlainTextResponse('instead')
  })
  const pending = (): Promise<never> => new Promise(() => {})
  const sent: SendMessage[] = []

  await replacing(app)(httpScope(), pending, async (message) => {
    sent.push(message)
  })

  t.equal(responseOf(sent).text, 'instead')
  t.strictSame(received, ['http.disconnect'])
  t.match(lines.args(), [['httpMiddleware: onDisconnect failed: Error: no']])
})
