// What do websockets cost with Stellula?

import { type App, Application, WebSocketRoute } from 'stellula'
import { serve } from 'stellula/servers/node'
import type { WebSocket } from 'stellula/websockets'
import { portOf, type Running } from '../../contender.ts'
import type { SocketApp } from '../../sockets/scenarios.ts'

const members = new Set<WebSocket>()

const apps: Record<SocketApp, () => App> = {
  echo: () => {
    const echo = WebSocketRoute('/', async (websocket) => {
      await websocket.accept()
      for await (const message of websocket) {
        if (typeof message === 'string') await websocket.sendText(message)
        else await websocket.sendBytes(message)
      }
    })
    return Application({ routes: [echo] })
  },
  broadcast: () => {
    const room = WebSocketRoute('/', async (websocket) => {
      await websocket.accept()
      members.add(websocket)
      try {
        for await (const message of websocket) {
          for (const member of members) member.sendText(`${message}`)
        }
      } finally {
        members.delete(websocket)
      }
    })
    return Application({ routes: [room] })
  },
}

export async function start(app: SocketApp): Promise<Running> {
  // The process listens to its signals itself.
  const server = await serve(apps[app](), { host: '127.0.0.1', port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}
