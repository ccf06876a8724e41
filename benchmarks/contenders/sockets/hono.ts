// What do websockets cost with Hono on its own Node server, which has the helper for them built in?

import { serve, upgradeWebSocket, type WebSocketServerLike } from '@hono/node-server'
import { Hono } from 'hono'
import type { WSContext } from 'hono/ws'
import { WebSocketServer } from 'ws'
import type { Running } from '../../contender.ts'
import type { SocketApp } from '../../sockets/scenarios.ts'

const members = new Set<WSContext>()

const apps: Record<SocketApp, (app: Hono) => void> = {
  echo: (app) => {
    const echo = upgradeWebSocket(() => ({
      onMessage: ({ data }, ws) => {
        // Its type knows of shared memory and blobs, which Node's server does not give.
        ws.send(data as string | ArrayBuffer)
      },
    }))
    app.get('/', echo)
  },
  broadcast: (app) => {
    const room = upgradeWebSocket(() => ({
      onOpen: (_event, ws) => {
        members.add(ws)
      },
      onMessage: ({ data }) => {
        if (typeof data !== 'string') return
        for (const member of members) member.send(data)
      },
      onClose: (_event, ws) => {
        members.delete(ws)
      },
    }))
    app.get('/', room)
  },
}

export function start(name: SocketApp): Promise<Running> {
  const app = new Hono()
  apps[name](app)
  const sockets = new WebSocketServer({ noServer: true })
  // As its README says; the types of the two do not fit where optional properties are exact.
  const websocket = { server: sockets as unknown as WebSocketServerLike }
  return new Promise((resolve) => {
    const options = { fetch: app.fetch, port: 0, hostname: '127.0.0.1', websocket }
    const server = serve(options, ({ port }) => {
      resolve({ port, close: () => new Promise((closed) => server.close(() => closed())) })
    })
  })
}
