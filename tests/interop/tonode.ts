import { createServer } from 'node:http'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { toNode } from '../../lib/interop/tonode.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { hostServer, middlewareHosts } from '../support/hosts.ts'
import { answer, httpApp } from '../support/sockets.ts'

const where = httpApp((scope, _receive, send) =>
  answer(send, [scope.rootPath, scope.path, scope.rawPath, scope.queryString].join(' ')),
)

const posted = { method: 'POST', body: '[1]', headers: { 'content-type': 'application/json' } }

const routes = Router([
  Route('/', () => new PlainTextResponse('home')),
  Route('/json', async (request) => new JSONResponse(await request.json()), { methods: ['POST'] }),
  Mount('/inner', Router([Route('/a', () => new PlainTextResponse('a'))])),
])

t.test('answers the requests of an http server', async (t) => {
  const { ask } = await hostServer(t, createServer(toNode(routes)))

  t.same(await ask('/'), [200, 'home'])
  t.same(await ask('/nothing'), [404, 'Not Found'])
  t.same(await ask('/json'), [405, 'Method Not Allowed'])
  t.same(await ask('/json', posted), [200, '[1]'])
})

t.test('prefix', async (t) => {
  for (const [name, host] of middlewareHosts()) {
    host.use('/a/b', toNode(where))
    const { ask } = await hostServer(t, createServer(host))
    t.same(await ask('/a/b/c%20d?q=%20'), [200, '/a/b /a/b/c d /a/b/c%20d q=%20'], name)
    t.same(await ask('/a/b/?q'), [200, '/a/b /a/b/ /a/b/ q'], name)
    t.same(await ask('/a/b?q'), [200, '/a/b /a/b /a/b q'], name)
  }
})

t.test('what no route matches goes on to the host', async (t) => {
  for (const [name, host] of middlewareHosts()) {
    host.use(toNode(Application({ routes: [Mount('/', routes)] })))
    host.use((_request, response) => void response.end('host'))
    const { ask } = await hostServer(t, createServer(host))
    t.same(await ask('/'), [200, 'home'])
    t.same(await ask('/inner/a'), [200, 'a'])
    t.same(await ask('/inner/b'), [200, 'host'], name)
    t.same(await ask('/nothing'), [200, 'host'], name)
    t.same(await ask('/json'), [405, 'Method Not Allowed'], name)
  }
})
