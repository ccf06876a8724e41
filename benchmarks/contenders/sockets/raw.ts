// What do websockets cost with bare ws, on node:http, as its README shows it?

import { createServer } from 'node:http'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { listen, type Running } from '../../contender.ts'
import type { SocketApp } from '../../sockets/scenarios.ts'

const apps: Record<SocketApp, (sockets: WebSocketServer) => void> = {
  echo: (sockets) => {
    sockets.on('connection', (socket) => {
      socket.on('error', console.error)
      socket.on('message', (data: RawData, isBinary) => socket.send(data, { binary: isBinary }))
    })
  },
  broadcast: (sockets) => {
    sockets.on('connection', (socket) => {
      socket.on('error', console.error)
      socket.on('message', (data: RawData, isBinary) => {
        for (const client of sockets.clients) {
          if (client.readyState === WebSocket.OPEN) client.send(data, { binary: isBinary })
        }
      })
    })
  },
}

export function start(app: SocketApp): Promise<Running> {
  const server = createServer()
  apps[app](new WebSocketServer({ server }))
  return listen(server)
}
