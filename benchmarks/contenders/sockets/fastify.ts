// What do websockets cost with Fastify and its plugin?

import websocket from '@fastify/websocket'
import Fastify, { type FastifyInstance } from 'fastify'
import type { RawData } from 'ws'
import { portOf, type Running } from '../../contender.ts'
import type { SocketApp } from '../../sockets/scenarios.ts'

const apps: Record<SocketApp, (app: FastifyInstance) => void> = {
  echo: (app) => {
    app.get('/', { websocket: true }, (socket) => {
      socket.on('message', (data: RawData, isBinary: boolean) => {
        socket.send(data, { binary: isBinary })
      })
    })
  },
  broadcast: (app) => {
    app.get('/', { websocket: true }, (socket) => {
      socket.on('message', (data: RawData, isBinary: boolean) => {
        for (const client of app.websocketServer.clients) {
          if (client.readyState === client.OPEN) client.send(data, { binary: isBinary })
        }
      })
    })
  },
}

export async function start(name: SocketApp): Promise<Running> {
  const app = Fastify()
  await app.register(websocket)
  apps[name](app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server.address()), close: () => app.close() }
}
