// What does a broadcast cost with Stellula's channels, each socket with a subscription of its own?

import { Application, WebSocketRoute } from 'stellula'
import { channels } from 'stellula/channels'
import { serve } from 'stellula/servers/node'
import type { WebSocket } from 'stellula/websockets'
import { portOf, type Running } from '../../contender.ts'

const bus = channels()

const room = WebSocketRoute('/', async (websocket) => {
  await websocket.accept()
  await Promise.all([speak(websocket), hear(websocket)])
})

async function speak(websocket: WebSocket): Promise<void> {
  for await (const message of websocket) await bus.publish('room', message)
}

async function hear(websocket: WebSocket): Promise<void> {
  const messages = await bus.subscribe('room', { signal: websocket.signal })
  for await (const message of messages) await websocket.sendText(message.text)
}

export async function start(): Promise<Running> {
  const app = Application({ routes: [room] })
  const server = await serve(app, { host: '127.0.0.1', port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}
