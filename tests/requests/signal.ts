// Whom the signal of a request hears: the server, and whatever `receive` says.
import t from 'tap'
import { Request } from '../../lib/requests.ts'
import type { ReceiveMessage } from '../../lib/types.ts'
import { httpScope, receiving } from '../support/scopes.ts'

const NO_BODY: ReceiveMessage = { type: 'http.request', body: new Uint8Array(0), moreBody: false }
const DISCONNECT: ReceiveMessage = { type: 'http.disconnect' }

t.test('calls receive immediately if no body was announced, and keeps its message', async (t) => {
  const request = new Request(httpScope(), receiving([NO_BODY, DISCONNECT]))
  request.handling(true)
  await new Promise((resolve) => request.signal.addEventListener('abort', resolve))

  t.equal((await request.bytes()).byteLength, 0)
  t.same(await request.rest(), NO_BODY)
})

t.test('leaves an announced body to its reader', async (t) => {
  const body = new TextEncoder().encode('abc')
  const scope = httpScope({ headers: ['content-length', '3'] })
  const receive = receiving([{ type: 'http.request', body, moreBody: false }, DISCONNECT])
  const request = new Request(scope, receive)
  const { signal } = request
  await new Promise((resolve) => setImmediate(resolve))

  t.equal(signal.aborted, false)
  t.equal(await request.text(), 'abc')
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(signal.aborted, true)
})

t.test('the end of a response is not a disconnect, if the server reports those', async (t) => {
  const request = new Request(
    httpScope({ onDisconnect: () => {} }),
    receiving([NO_BODY, DISCONNECT]),
  )
  const { signal } = request
  await new Promise((resolve) => setImmediate(resolve))

  t.equal(signal.aborted, false)
})
