// What bundles for the edge and browsers have in place of modules that are loaded late.
import t from 'tap'
import { debugResponse } from '../../lib/errors/edgeanswers.ts'
import { bringWebSockets, websocketOf } from '../../lib/websockets/loaded.ts'
import { websocketScope } from '../support/scopes.ts'

t.test('a bug is shown as text, with its causes', async (t) => {
  const error = new Error('late', { cause: new TypeError('early') })

  const response = debugResponse(error)

  t.equal(response.status, 500)
  t.equal(response.headers.get('cache-control'), 'no-store')
  const text = Buffer.from(response.body ?? '').toString()
  t.match(text, /^Error: late\n.*\n\nCaused by: TypeError: early\n/s)
})

t.test('a websocket is passed on in its phase, on Node once the class is loaded', async (t) => {
  const sent: unknown[] = []
  const send = async (message: unknown): Promise<void> => void sent.push(message)
  bringWebSockets()

  const websocket = await websocketOf(websocketScope({}), async () => ({}) as never, send, 'open')

  await websocket?.close(4000, 'enough')
  t.match(sent, [{ type: 'websocket.close', code: 4000, reason: 'enough' }])
})
