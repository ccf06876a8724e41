import { once } from 'node:events'
import { createServer } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { ClientDisconnected, HTTPException } from '../../lib/exceptions.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import type { App } from '../../lib/types.ts'
import { hostServer, middlewareHosts } from '../support/hosts.ts'
import {
  answer,
  bodyOf,
  eventually,
  httpApp,
  readAll,
  request,
  soon,
  statuses,
} from '../support/sockets.ts'

const JSON_BODY = {
  method: 'POST',
  body: '[1]',
  headers: { 'content-type': 'application/json' },
}

const routes = Router([
  Route('/', () => new PlainTextResponse('home')),
  Route('/json', async (request) => new JSONResponse(await request.json()), { methods: ['POST'] }),
  Mount('/inner', Router([Route('/a', () => new PlainTextResponse('a'))])),
  Route('/missing', () => {
    throw new HTTPException(404, 'my own 404')
  }),
  Route('/bug', () => {
    throw new Error('bug')
  }),
])

t.test('accepts apps only', async (t) => {
  const wrong: unknown = { fetch: routes }

  t.throws(() => toNode(wrong as App), {
    name: 'TypeError',
    message:
      /^toNode: it takes an app \(scope, receive, send\) => …, an object was given\. Pass the result/,
  })
})

t.test('answers the requests of an http server', async (t) => {
  const { ask } = await hostServer(t, createServer(toNode(routes)))

  t.same(await ask('/'), [200, 'home'])
  t.same(await ask('/nothing'), [404, 'Not Found'])
  t.same(await ask('/json'), [405, 'Method Not Allowed'])
  t.same(await ask('/json', JSON_BODY), [200, '[1]'])
  t.same(await ask('/missing'), [404, 'my own 404'])
})

t.test('the scope is that of a server, with the prefix of the host', async (t) => {
  const whole = httpApp((scope, _receive, send) => answer(send, JSON.stringify(scope)))
  const host = express()
  host.use('/a', toNode(whole))
  const { connect, port } = await hostServer(t, host)
  const client = await connect()
  const received = await client
    .send(request('GET /a/b%20c?d', ['x-twice: 1', 'X-Twice: 2', 'connection: close']))
    .end()
  const local = client.socket.localPort

  t.match(JSON.parse(bodyOf(received)), {
    type: 'http',
    asgi: { version: '3.0', specVersion: '2.5' },
    httpVersion: '1.1',
    method: 'GET',
    scheme: 'http',
    path: '/a/b c',
    rawPath: '/a/b%20c',
    queryString: 'd',
    rootPath: '/a',
    headers: ['host', 'test', 'x-twice', '1', 'x-twice', '2', 'connection', 'close'],
    client: { host: '127.0.0.1', port: local },
    server: { host: '127.0.0.1', port },
  })
})

t.test('only requests that no route matches are passed to the host', async (t) => {
  for (const [name, host] of middlewareHosts()) {
    host.use('/own', toNode(Router([], { default: new PlainTextResponse('default') })))
    host.use(toNode(Application({ routes: [Mount('/', routes)] })))
    host.use((request, response) => void response.end(`host ${request.url}`))
    const { ask } = await hostServer(t, createServer(host))
    t.same(await ask('/'), [200, 'home'], name)
    t.same(await ask('/inner/a'), [200, 'a'], name)
    t.same(await ask('/inner/b?c'), [200, 'host /inner/b?c'], name)
    t.same(await ask('/nothing', JSON_BODY), [200, 'host /nothing'], name)
    t.same(await ask('/json'), [405, 'Method Not Allowed'], name)
    t.same(await ask('/missing'), [404, 'my own 404'], name)
    t.same(await ask('/own/x'), [200, 'default'], name)
  }
})

t.test('the host can still read the body of such a request', async (t) => {
  const host = express()
  host.use(toNode(routes), express.json(), (request, response) => void response.json(request.body))
  const { ask } = await hostServer(t, host)

  t.same(await ask('/nothing', JSON_BODY), [200, '[1]'])
})

/** Answers with what went wrong. */
const caught: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(500).end(`host: ${error.message}`)
}

t.test('unanswered errors are passed to the host, or are a 500', async (t) => {
  const told: unknown[] = []
  const onError = (error: unknown): void => void told.push(error)
  const host = express()
  host.use('/app', toNode(Application({ routes: [Mount('/', routes)] }), { onError }))
  host.use(toNode(routes, { onError }), caught)
  const { ask } = await hostServer(t, host)

  t.same(await ask('/bug'), [500, 'host: bug'])
  t.same(told, [])
  t.same(await ask('/app/bug'), [500, 'Internal Server Error'], 'an application answers itself')
  t.match(told.splice(0), [{ message: 'bug' }])

  const bare = await hostServer(t, createServer(toNode(routes, { onError })))
  t.same(await bare.ask('/bug'), [500, 'Internal Server Error'])
  t.match(told, [{ message: 'bug' }])
})

t.test('an app that answers nothing is an error too', async (t) => {
  const host = express()
  host.use(
    toNode(async () => {}),
    caught,
  )
  const { ask } = await hostServer(t, host)

  const [status, text] = await ask('/')
  t.equal(status, 500)
  t.match(text, /host: the app ended without a response/)
})

t.test('an error in the middle of a response aborts it', async (t) => {
  const told: unknown[] = []
  const host = express()
  const half = httpApp(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body', body: Buffer.from('half'), moreBody: true })
    throw new Error('bug')
  })
  host.use(toNode(half, { onError: (error) => told.push(error) }), caught)
  const { talk } = await hostServer(t, host)

  t.match(await talk(request('GET /')), /\r\n4\r\nhalf\r\n$/, 'no last chunk')
  t.match(told, [{ message: 'bug' }])
})

t.test('an error of next() is reported, and the request is answered', async (t) => {
  const told: unknown[] = []
  const listener = toNode(routes, { onError: (error) => told.push(error) })
  const { ask } = await hostServer(
    t,
    createServer((request, response) =>
      listener(request, response, () => {
        throw new Error('host')
      }),
    ),
  )

  t.same(await ask('/nothing'), [500, 'Internal Server Error'])
  t.match(told, [{ message: 'host' }, {}])
})

t.test('an ambiguous target or field is refused', async (t) => {
  const host = express()
  host.use(toNode(httpApp((_scope, _receive, send) => answer(send, 'served'))))
  const { talk } = await hostServer(t, host)
  for (const bad of [
    request('GET /%ff', ['connection: close']),
    'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n',
    'GET / HTTP/1.1\r\nhost: a/b\r\nconnection: close\r\n\r\n',
  ]) {
    t.same(statuses(await talk(bad)), [400], bad)
  }
})

t.test('a host that answers in place of the app is not affected', async (t) => {
  let outcome: unknown
  let served = (): void => {}
  const ended = new Promise<void>((resolve) => {
    served = resolve
  })
  const late: App = async (scope, _receive, send) => {
    if (scope.type !== 'http') throw new Error(scope.type)
    await ended
    await send({ type: 'http.response.start', status: 200, headers: [] }).catch((error) => {
      outcome = error
    })
    throw outcome
  }
  const listener = toNode(late, { lifespan: 'off', onError: (error) => t.fail(String(error)) })
  await listener.ready()
  const { ask } = await hostServer(
    t,
    createServer((request, response) => {
      listener(request, response)
      response.statusCode = 503
      response.write('too ')
      served()
      setTimeout(() => response.end('late'), 20)
    }),
  )

  t.same(await ask('/'), [503, 'too late'])
  t.ok(outcome instanceof ClientDisconnected)
})

t.test('a response that has already started is an error', async (t) => {
  const seen: unknown[] = []
  const listener = toNode(routes, { lifespan: 'off' })
  const { ask } = await hostServer(
    t,
    createServer((request, response) => {
      response.write('theirs')
      listener(request, response, (error) => {
        seen.push(error)
        response.end()
      })
    }),
  )

  t.same(await ask('/'), [200, 'theirs'])
  t.match(seen, [{ message: /^toNode: the host has already started the response, so/ }])
})

t.test('bodies stream in both directions, at the pace of the reader', async (t) => {
  const size = 8_000_000
  const echo = httpApp(async (_scope, receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (;;) {
      const message = await receive()
      if (message.type !== 'http.request') throw new Error(message.type)
      await send({ type: 'http.response.body', body: message.body, moreBody: message.moreBody })
      if (!message.moreBody) return
    }
  })
  const host = express()
  host.use(toNode(echo))
  const { url, connect } = await hostServer(t, host)
  const response = await fetch(url, { method: 'POST', body: Buffer.alloc(size, 'x') })
  t.equal((await response.arrayBuffer()).byteLength, size)

  const client = await connect()
  client.send(request('POST /', ['content-length: 6']))
  client.send('abc')
  await client.until('abc')
  client.send('def')
  await client.until('\r\n0\r\n\r\n')
})

t.test('a client disconnect is reported to the app', async (t) => {
  const seen: string[] = []
  const waiting = httpApp(async (scope, receive, send) => {
    scope.onDisconnect?.(() => seen.push('left'))
    await readAll(receive)
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body', body: Buffer.from('open'), moreBody: true })
    seen.push((await receive()).type)
  })
  const { connect } = await hostServer(t, createServer(toNode(waiting)))
  const client = await connect()
  client.send(request('GET /'))
  await client.until('open')
  await client.leave()

  await eventually(() => seen.length === 2, 'both')
  t.same(seen.sort(), ['http.disconnect', 'left'])
})

t.test('many requests on one connection leave no listeners', async (t) => {
  const host = express()
  host.use(toNode(routes))
  const { connect } = await hostServer(t, host)
  const client = await connect()
  const closers: number[] = []
  for (let count = 1; count <= 200; count++) {
    client.send(request('GET /'))
    await eventually(() => statuses(client.received).length === count, 'an answer')
    closers.push(client.socket.listenerCount('close'))
  }

  t.equal(new Set(closers).size, 1)
  client.socket.end()
  await soon(once(client.socket, 'close'), 'the close')
})
