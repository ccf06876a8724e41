import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import t from 'tap'
import { locateRequest } from '../../../lib/servers/hosted/site.ts'

/** A request on a connection that has an address, or none any more. */
function request(address?: { localAddress: string; localPort: number }): IncomingMessage {
  const socket = new Socket()
  if (address !== undefined) {
    for (const [key, value] of Object.entries(address))
      Object.defineProperty(socket, key, { value })
  }
  const message = new IncomingMessage(socket)
  return Object.assign(message, { url: '/x', originalUrl: '/a%20b/x', baseUrl: '/a%20b' })
}

t.test('a request has the prefix and the server that it came to', async (t) => {
  const { target, site } = locateRequest(
    request({ localAddress: '127.0.0.1', localPort: 80 }),
    undefined,
    undefined,
  )

  t.equal(target?.path, '/x')
  t.same(site, {
    rootPath: '/a b',
    rawRootPath: '/a%20b',
    server: { host: '127.0.0.1', port: 80 },
    state: undefined,
  })
})

t.test('a closed connection has no address', async (t) => {
  t.equal(locateRequest(request(), undefined, undefined).site.server, null)
})

t.test('the state is merged, and that of the host takes precedence', async (t) => {
  const app = { db: 1, user: 2 }
  t.equal(locateRequest(request(), app, undefined).site.state, app)
  t.same(locateRequest(request(), app, { user: 3 }).site.state, { db: 1, user: 3 })
  t.same(locateRequest(request(), undefined, { user: 3 }).site.state, { user: 3 })
  t.same(app, { db: 1, user: 2 })
})
