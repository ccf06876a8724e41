// A factory that was passed without being called: an error says so, instead of a request that waits for ever.
import compression from 'compression'
import express from 'express'
import session from 'express-session'
import Koa from 'koa'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { fromConnect, onHandshake } from '../../lib/interop/fromconnect.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { fromNode, type NodeHandler } from '../../lib/interop/fromnode.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, WebSocketRoute } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/node.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'

const hello = Route('/', () => new PlainTextResponse('hello'))

const callback = new Koa().use(() => {}).callback()
const handlers: [name: string, factory: unknown][] = [
  ['express', express],
  ['koaCallback', () => callback],
]

for (const [name, factory] of Object.entries({ compression, session, express })) {
  t.test(`fromConnect refuses an uncalled ${name}`, async (t) => {
    const middleware = [fromConnect(factory as NodeHandler)]
    await using client = await testClient(Application({ routes: [hello], middleware }))
    await t.rejects(client.get('/'), {
      name: 'TypeError',
      message: `fromConnect: ${factory.name} has returned a handler instead of answering or calling next, a function was given. Call it: fromConnect(${factory.name}()).`,
    })
  })
}

for (const [name, factory] of handlers) {
  t.test(`fromNode refuses an uncalled ${name}, also with the pair of the server`, async (t) => {
    const app = Application({ routes: [Mount('/', fromNode(factory as NodeHandler))] })
    await using client = await testClient(app)
    await t.rejects(client.get('/'), /^fromNode: \w+ has returned a handler .* Call it: fromNode\(/)

    const errors: unknown[] = []
    const server = await serve(fromNode(factory as NodeHandler), {
      port: 0,
      onError: (error) => errors.push(error),
    })
    t.teardown(() => server.close())
    const response = await fetch(`${server.url}/`)
    t.equal(response.status, 500)
    t.notMatch(await response.text(), 'fromNode', 'the client sees no internals')
    t.match(errors, [{ message: /^fromNode: \w+ has returned a handler/ }])
  })
}

t.test('onHandshake refuses an uncalled factory', async (t) => {
  const app = Application({
    routes: [WebSocketRoute('/', (websocket) => websocket.accept())],
    middleware: [onHandshake(compression as unknown as NodeHandler)],
  })
  await using client = await testClient(app)
  await t.rejects(client.websocket('/'), /^onHandshake: compression has returned a handler/)
})

t.test('a middleware may return a function that stops something', async (t) => {
  const later = fromConnect((_request, _response, next) => {
    const timer = setTimeout(next, 1)
    return () => clearTimeout(timer)
  })
  await using client = await testClient(Application({ routes: [hello], middleware: [later] }))
  t.equal(await (await client.get('/')).text(), 'hello')
})

t.test('a handler that answers or calls next may return a handler', async (t) => {
  const other: NodeHandler = (_request, _response, next) => next()
  const passing = fromConnect((_request, _response, next) => {
    next()
    return other
  })
  const answering = fromNode((_request, response) => {
    response.end('answered')
    return other
  })
  const leaving = fromNode((_request, _response, next) => {
    next()
    return other
  })
  const routes = [hello, Mount('/node', answering), Mount('/none', leaving)]
  await using client = await testClient(Application({ routes, middleware: [passing] }))
  t.equal(await (await client.get('/')).text(), 'hello')
  t.equal(await (await client.get('/node')).text(), 'answered')
  t.equal((await client.get('/none')).status, 404)
})

t.test('fromFetch and serve tell of uncalled factories too', async (t) => {
  const makeHandler = () => () => new globalThis.Response()
  await using client = await testClient(fromFetch(makeHandler as never))
  await t.rejects(client.get('/'), /^fromFetch: the handler/)

  const makeApp = () => Application({ routes: [hello] })
  const errors: unknown[] = []
  const server = await serve(makeApp as unknown as App, {
    port: 0,
    lifespan: 'off',
    onError: (error) => errors.push(error),
  })
  t.teardown(() => server.close())
  const response = await fetch(`${server.url}/`)
  t.equal(response.status, 500)
  await response.text()
  t.equal(errors.length, 1)
})
