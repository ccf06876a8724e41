// Answers to handshakes that are no websocket: what `session.ts` does not look at.
import t from 'tap'
import type { SendMessage } from '../../../../lib/types.ts'
import { handshake } from '../../../support/frames.ts'
import { bodyOf, eventually, listening } from '../../../support/sockets.ts'
import { websocketApp } from '../../../support/websockets.ts'

const START: SendMessage = {
  type: 'websocket.http.response.start',
  status: 200,
  headers: ['content-type', 'text/plain'],
}

function body(size: number, moreBody = false): SendMessage {
  return { type: 'websocket.http.response.body', body: Buffer.alloc(size, 'x'), moreBody }
}

t.test('a small denial is one write with its length, and closes the connection', async (t) => {
  const { talk } = await listening(
    t,
    websocketApp(async (_scope, _receive, send) => {
      await send(START)
      await send(body(3))
      await send(body(5))
    }),
  )

  const received = await talk(handshake())

  t.match(received, /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain\r\n/)
  t.match(received, /\r\ncontent-length: 3\r\nconnection: close\r\n/i)
  t.equal(bodyOf(received), 'xxx')
})

t.test('a client that does not read delays a denial, and may disconnect', async (t) => {
  let sent = 0
  let seen = ''
  const { connect, errors } = await listening(
    t,
    websocketApp(async (_scope, _receive, send) => {
      await send(START)
      try {
        for (; sent < 200; sent++) await send(body(1_048_576, true))
      } catch (error) {
        seen = String(error)
      }
    }),
  )
  const client = (await connect()).send(handshake())
  await client.until('\r\n\r\n')
  client.socket.pause()
  let before = -1
  while (before !== sent) {
    before = sent
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  t.ok(sent < 200, `it waits after ${sent} MB`)
  client.socket.resume()
  await eventually(() => sent > before, 'more')

  await client.leave()

  await eventually(() => seen !== '', 'the error')
  t.match(seen, /^ClientDisconnected: /)
  t.same(errors, [])
})
