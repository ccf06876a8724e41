// Clients that leave before the handshake of their websocket was answered, and signals that say so.
import t, { type Test } from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { type SocketEvents, toFetch, webSockets } from '../../../lib/servers/fetch.ts'
import type { Receive, Send, WebSocketScope } from '../../../lib/types.ts'
import { eventually } from '../../support/sockets.ts'

type Talk = (scope: WebSocketScope, receive: Receive, send: Send) => Promise<void>

interface Asked {
  readonly answer: Promise<globalThis.Response>
  /** The events of the accepted websocket. */
  readonly accepted: SocketEvents[]
  readonly ended: () => boolean
}

/** Passes the handshake of a client with this signal to an app. */
function ask(t: Test, signal: AbortSignal, talk: Talk): Asked {
  const accepted: SocketEvents[] = []
  let ended = false
  const handler = toFetch(
    async (scope, receive, send) => {
      if (scope.type !== 'websocket') return
      await talk(scope, receive, send).finally(() => {
        ended = true
      })
    },
    {
      lifespan: 'off',
      onError: (error) => t.fail('an error was reported', { error }),
      upgrade: webSockets((_request, _acceptance, events) => {
        accepted.push(events)
        return new globalThis.Response('upgraded')
      }),
    },
  )
  const headers = { upgrade: 'websocket', connection: 'upgrade' }
  const answer = handler(new globalThis.Request('http://h/', { headers, signal }))
  return { answer, accepted, ended: () => ended }
}

t.test('an app gets the disconnect of a client that leaves during the handshake', async (t) => {
  const client = new AbortController()
  let heard = 0
  const { answer, accepted } = ask(t, client.signal, async (scope, receive, send) => {
    scope.onDisconnect?.(() => heard++)
    await receive()
    t.match(await receive(), { type: 'websocket.disconnect', code: 1006 })
    await t.rejects(send({ type: 'websocket.accept' }), ClientDisconnected)
  })
  await new Promise(setImmediate)
  client.abort()
  t.equal((await answer).status, 499)
  t.same([heard, accepted], [1, []])
})

t.test('a client that has left already is not accepted', async (t) => {
  const { answer, accepted } = ask(t, AbortSignal.abort(), async (_scope, receive, send) => {
    await receive()
    await send({ type: 'websocket.accept' })
  })
  t.equal((await answer).status, 499)
  t.same(accepted, [])
})

t.test('a signal that aborts after the handshake changes nothing, as on Deno', async (t) => {
  const answered = new AbortController()
  const { answer, accepted, ended } = ask(t, answered.signal, async (_scope, receive, send) => {
    await receive()
    await send({ type: 'websocket.accept' })
    t.match(await receive(), { text: 'hi' })
  })
  await answer
  answered.abort()
  accepted[0]?.message('hi')
  await eventually(ended, 'the app has ended')
})
