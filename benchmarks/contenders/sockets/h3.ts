// What do websockets cost with h3 and crossws, which brings its own copy of ws?

import { defineHooks, type Hooks } from 'crossws'
import { plugin } from 'crossws/server'
import { defineWebSocketHandler, H3, serve } from 'h3'
import { portOf, type Running } from '../../contender.ts'
import type { SocketApp } from '../../sockets/scenarios.ts'

const apps: Record<SocketApp, Partial<Hooks>> = {
  echo: defineHooks({
    message: (peer, message) => {
      peer.send(typeof message.rawData === 'string' ? message.text() : message.uint8Array())
    },
  }),
  broadcast: defineHooks({
    open: (peer) => peer.subscribe('room'),
    message: (peer, message) => {
      const text = message.text()
      // Publishing goes to all the others.
      peer.send(text)
      peer.publish('room', text)
    },
  }),
}

export async function start(name: SocketApp): Promise<Running> {
  const app = new H3()
  app.get('/', defineWebSocketHandler(apps[name]))
  // A handler of websockets puts its hooks there, which the types do not tell.
  const resolve = async (request: Request) => {
    return ((await app.fetch(request)) as Response & { crossws: Hooks }).crossws
  }
  const websockets = plugin({ resolve })
  const options = { port: 0, hostname: '127.0.0.1', silent: true, plugins: [websockets] }
  const server = serve(app, options)
  await server.ready()
  return {
    port: portOf(server.node?.server?.address() ?? null),
    close: () => server.close(true),
  }
}
