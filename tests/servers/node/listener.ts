// Tools that put themselves around the servers of Node find that of `serve`.
import http, { type Server } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import t from 'tap'
import { serve } from '../../../lib/servers/node.ts'
import { answer, httpApp } from '../../support/sockets.ts'

t.test('the server of node:http is created by the call of serve, before it returns', async (t) => {
  const app = httpApp((_scope, _receive, send) => answer(send, 'fine'))
  const { createServer } = http
  const created: Server[] = []
  http.createServer = ((...given: Parameters<typeof createServer>) => {
    const server = createServer(...given)
    created.push(server)
    return server
  }) as typeof createServer
  syncBuiltinESMExports()
  t.teardown(() => {
    http.createServer = createServer
    syncBuiltinESMExports()
  })

  const serving = serve(app, { port: 0, lifespan: 'off', signals: [] })
  const [server] = created
  http.createServer = createServer
  syncBuiltinESMExports()

  const running = await serving
  t.ok(server?.listening)
  await running.close()
  t.notOk(server?.listening)
})
