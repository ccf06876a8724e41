// Which requests are served without node:http, and what becomes of their connection.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect as connectHTTP2 } from 'node:http2'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import type { ServeOptions } from '../../../../lib/servers/node.ts'
import type { App } from '../../../../lib/types.ts'
import {
  answer,
  bodyOf,
  eventually,
  httpApp,
  type Listening,
  listening,
  readAll,
  request,
  statuses,
} from '../../../support/sockets.ts'

const echo = httpApp(async ({ method, path }, receive, send) => {
  await answer(send, `<${method} ${path} ${await readAll(receive)}>`)
})

/** Counts the requests that node:http reads, of a server that is told from others by its port. */
async function counted(
  t: Test,
  app: App,
  options: ServeOptions = {},
): Promise<Listening & { readonly byNode: () => number }> {
  const served = await listening(t, app, options)
  let count = 0
  const note = (message: unknown): void => {
    const { socket } = message as { socket: { localPort?: number } }
    if (socket.localPort === served.port) count++
  }
  subscribe('http.server.request.start', note)
  t.teardown(() => unsubscribe('http.server.request.start', note))
  return { ...served, byNode: () => count }
}

/** An app that answers when it is let go. */
function gated(): { readonly app: App; readonly paths: string[]; readonly release: () => void } {
  const waiting: (() => void)[] = []
  const paths: string[] = []
  const app = httpApp(async ({ path }, _receive, send) => {
    paths.push(path)
    await new Promise<void>((resolve) => waiting.push(resolve))
    await answer(send, `<${path}>`)
  })
  return { app, paths, release: () => waiting.splice(0).forEach((go) => void go()) }
}

t.test('plain requests bypass node:http until the first other one', async (t) => {
  const { connect, byNode } = await counted(t, echo)
  const client = await connect()
  client.send(request('GET /a'))
  await client.until('<GET /a >')
  client.send(request('POST /b', ['content-length: 2'], 'hi'))
  await client.until('<POST /b hi>')
  t.equal(byNode(), 0)

  client.send(request('POST /c', ['transfer-encoding: chunked'], '2\r\nyo\r\n0\r\n\r\n'))
  await client.until('<POST /c yo>')
  client.send(request('GET /d'))
  await client.until('<GET /d >')

  t.equal(byNode(), 2)
  t.same(statuses(client.received), [200, 200, 200, 200])
})

t.test('without shortcuts all requests use node:http', async (t) => {
  const { talk, byNode } = await counted(t, echo, { shortcuts: false })

  await talk(request('GET /', ['connection: close']))

  t.equal(byNode(), 1)
})

t.test('options that only Node supports disable the shortcut', async (t) => {
  for (const options of [{ maxRequestsPerSocket: 9 }, { allowHalfOpen: true }]) {
    const { talk, byNode } = await counted(t, echo, options)

    await talk(request('GET /', ['connection: close']))

    t.equal(byNode(), 1)
  }
})

t.test('a head or body in two packets is left to Node', async (t) => {
  for (const [first, rest] of [
    ['GET /a HTTP/1.1\r\nho', 'st: test\r\nconnection: close\r\n\r\n'],
    [request('POST /a', ['content-length: 4', 'connection: close'], 'hi'), 'ho'],
  ] as const) {
    const { connect } = await counted(t, echo)
    const client = (await connect()).send(first)
    await new Promise((resolve) => setTimeout(resolve, 20))
    client.send(rest)

    t.match(bodyOf(await client.end()), /^<(?:GET \/a |POST \/a hiho)>$/)
  }
})

t.test('pipelined requests wait, and are answered in order', async (t) => {
  const { app, paths, release } = gated()
  const { connect, byNode } = await counted(t, app)
  const client = (await connect()).send(request('GET /1'))
  await eventually(() => paths.length === 1, 'the first request')
  client.send(request('GET /2'))
  await new Promise((resolve) => setTimeout(resolve, 20)) // in packets of their own, mostly
  client.send(request('GET /3'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.same(paths, ['/1'])

  const timer = setInterval(release, 1)
  t.teardown(() => clearInterval(timer))
  await client.until('</3>')

  t.equal(client.received.replace(/HTTP(?:.|\r\n)*?\r\n\r\n/g, ''), '</1></2></3>')
  t.equal(byNode(), 2)
})

t.test('only a limited amount of them is read', async (t) => {
  const { app, paths, release } = gated()
  const { connect } = await counted(t, app)
  const client = (await connect()).send(request('GET /0'))
  await eventually(() => paths.length === 1, 'the first request')
  const fields = [`x: ${'y'.repeat(300)}`]
  const more = Array.from({ length: 50_000 }, (_, index) => request(`GET /${index}`, fields))
  client.send(more.join(''))
  await new Promise((resolve) => setTimeout(resolve, 50))

  t.ok(client.socket.writableLength > 0, 'the connection is not read')
  release()
  await eventually(() => paths.length === 33, 'as many as may be at work')
})

t.test('a client that does not read gets no further responses', async (t) => {
  let served = 0
  const { connect } = await counted(
    t,
    httpApp(async (_scope, _receive, send) => {
      served++
      await answer(send, 'x'.repeat(16_000_000))
    }),
  )
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /'))
  await eventually(() => served === 1, 'the first request')
  await new Promise((resolve) => setTimeout(resolve, 20))
  client.send(request('GET /'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(served, 1)

  client.socket.resume()
  await eventually(() => served === 2, 'the second request')
})

t.test('such a client is disconnected in the end', async (t) => {
  let goneAt = 0
  const app = httpApp(async (scope, _receive, send) => {
    scope.onDisconnect?.(() => {
      goneAt = performance.now()
    })
    await answer(send, 'x'.repeat(16_000_000))
  })
  const { connect } = await counted(t, app, { writeTimeoutMs: 200 })
  const client = await connect()
  client.socket.pause()
  const started = performance.now()
  client.send(request('GET /'))

  await eventually(() => goneAt > 0, 'the cut')

  t.ok(goneAt - started > 195)
})

t.test('a client that disconnects with an unread answer is a disconnect', async (t) => {
  const told: string[] = []
  let isAnswered = false
  const { connect } = await counted(
    t,
    httpApp(async (scope, receive, send) => {
      scope.onDisconnect?.(() => told.push('gone'))
      await receive()
      await answer(send, 'x'.repeat(16_000_000))
      isAnswered = true
      told.push((await receive()).type)
    }),
  )
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /'))
  await eventually(() => isAnswered, 'the answer')
  t.same(told, [])

  await client.leave()

  await eventually(() => told.length === 2, 'the disconnect')
  t.same(told.sort(), ['gone', 'http.disconnect'])
})

t.test('an app may end early without an error after a disconnect', async (t) => {
  for (const options of [{}, { shortcuts: false }]) {
    let isOver = false
    const app = httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const part = { type: 'http.response.body', body: Buffer.from('x'), moreBody: true } as const
      // Parts of a HEAD are not sent, and take turns.
      for (let isOpen = true; isOpen; ) isOpen = await send(part).then(...IS_OPEN)
      isOver = true
    })
    const { connect, errors } = await listening(t, app, options)
    const client = await connect()
    client.send(request('HEAD /'))
    await client.until('\r\n\r\n')
    await client.leave()

    await eventually(() => isOver, 'the end of the app')
    await new Promise((resolve) => setTimeout(resolve, 20))
    t.same(errors, [])
  }
})

const IS_OPEN = [() => true, () => false] as const

t.test('a closing server ends idle connections during other requests', async (t) => {
  const { app, paths, release } = gated()
  const idle = httpApp(async (scope, receive, send) => {
    if (scope.path === '/idle') await answer(send, 'idle')
    else await app(scope, receive, send)
  })
  const { connect, server } = await counted(t, idle, { gracePeriodMs: 600_000 })
  const [kept, busy] = [await connect(), await connect()]
  kept.send(request('GET /idle'))
  await kept.until('idle')
  busy.send(request('GET /busy'))
  await eventually(() => paths.length === 1, 'the other request')

  const closed = server.close()
  await kept.end()

  t.notOk(busy.ended)
  release()
  t.match(await busy.end(), /\r\nconnection: close\r\n(?:.|\r\n)*<\/busy>$/)
  await closed
})

t.test('HTTP/2 and websockets are served in parallel', async (t) => {
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'websocket') return echo(scope, receive, send)
    await receive()
    await send({ type: 'websocket.accept' })
    await send({ type: 'websocket.send', text: 'hello' })
  }
  const { connect, server, byNode } = await counted(t, app, { http2: true })
  const client = (await connect()).send(request('GET /a'))
  await client.until('<GET /a >')
  client.send(request('GET /b'))
  await client.until('<GET /b >')
  t.equal(byNode(), 0)

  const session = connectHTTP2(server.url ?? '')
  const stream = session.request({ ':path': '/c' }).setEncoding('utf8')
  t.equal(await new Promise((resolve) => stream.on('data', resolve)), '<GET /c >')
  session.destroy()
  const socket = new WebSocket(`${server.url}`.replace('http', 'ws'))
  t.equal(
    await new Promise((resolve) => socket.on('message', (data) => resolve(`${data}`))),
    'hello',
  )
  socket.terminate()
})
