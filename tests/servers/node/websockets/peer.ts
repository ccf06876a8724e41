import { once } from 'node:events'
import t from 'tap'
import { WebSocket, WebSocketServer } from 'ws'
import { Peer } from '../../../../lib/servers/node/websockets/peer.ts'

t.test('an answer to the last message is sent before the close', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', WebSocket: Peer })
  t.teardown(() => server.close())
  await once(server, 'listening')
  server.on('connection', (ws: Peer) => {
    ws.on('message', async (data: Buffer) => {
      for (let turns = 0; turns < 20; turns++) await null
      if (`${data}` === 'close') ws.closeNow(3000, 'now')
      else ws.send(`you said ${data}`)
    })
  })
  const { port } = server.address() as { port: number }
  for (const [text, closed] of [
    ['bye', [4000, '']],
    ['close', [3000, 'now']],
  ] as const) {
    const ws = new WebSocket(`ws://127.0.0.1:${port}`)
    const messages: string[] = []
    ws.on('message', (data) => messages.push(String(data)))
    await once(ws, 'open')
    ws.send(text)
    ws.close(4000)

    const [code, reason] = await once(ws, 'close')

    t.same([code, String(reason)], closed)
    t.same(messages, text === 'bye' ? ['you said bye'] : [])
  }
})
