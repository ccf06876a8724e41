// Requests that come before earlier ones are answered.

import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import t from 'tap'
import { toNode } from '../../../lib/servers/hosted.ts'
import type { SendMessage } from '../../../lib/types.ts'
import {
  answer,
  eventually,
  httpApp,
  listening,
  readAll,
  request,
  statuses,
} from '../../support/sockets.ts'

const START: SendMessage = { type: 'http.response.start', status: 200, headers: [] }

/** An app that answers when it is let go, and what it has been asked so far. */
function gated() {
  const waiting: (() => void)[] = []
  const paths: string[] = []
  return {
    paths,
    release: (count = waiting.length) => {
      for (const go of waiting.splice(0, count)) go()
    },
    app: httpApp(async ({ path }, receive, send) => {
      paths.push(path)
      const body = await readAll(receive)
      await new Promise<void>((resolve) => waiting.push(resolve))
      await answer(send, `<${path}${body}>`)
    }),
  }
}

/** Requests with numbers as paths. */
function numbered(count: number, fields: readonly string[] = []): string {
  return Array.from({ length: count }, (_, number) => request(`GET /${number}`, fields)).join('')
}

t.test('at most the given number of requests run at once', async (t) => {
  const { app, paths, release } = gated()
  const { connect } = await listening(t, app, { maxPipelinedRequests: 4 })
  const client = await connect()
  client.send(numbered(50_000, [`x: ${'y'.repeat(300)}`]))
  await eventually(() => paths.length === 4, 'four requests')
  await new Promise((resolve) => setTimeout(resolve, 50))

  t.same(paths, ['/0', '/1', '/2', '/3'])
  t.ok(client.socket.writableLength > 0, 'the connection is not read')
  release(1)
  await client.until('</0>')
  await eventually(() => paths.length === 5, 'one more')
})

t.test('all are answered in order, including their bodies', async (t) => {
  const { app, paths, release } = gated()
  const { connect } = await listening(t, app, { maxPipelinedRequests: 2 })
  const client = await connect()
  const posts = Array.from({ length: 20 }, (_, number) =>
    request(`POST /${number}`, ['content-length: 20000'], 'x'.repeat(20_000)),
  )
  client.send(`${posts.join('')}${request('GET /last', ['connection: close'])}`)
  const timer = setInterval(release, 1)
  t.teardown(() => clearInterval(timer))

  const received = await client.end()

  t.same(statuses(received), Array(21).fill(200))
  t.same(paths, [...posts.map((_, number) => `/${number}`), '/last'])
  t.equal(received.split('x'.repeat(20_000)).length, 21)
})

t.test('an app that continues after its response does not delay requests', async (t) => {
  const waiting: (() => void)[] = []
  const { connect } = await listening(
    t,
    httpApp(async ({ path }, _receive, send) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      await answer(send, `<${path}>`)
      await new Promise<void>((resolve) => waiting.push(resolve))
    }),
    { maxPipelinedRequests: 2 },
  )
  const client = (await connect()).send(numbered(8))

  await client.until('</7>')

  t.equal(statuses(client.received).length, 8)
  for (const goOn of waiting) goOn()
})

t.test('a client disconnect ends its waiting requests', async (t) => {
  const { app, paths, release } = gated()
  const { connect, errors, server } = await listening(t, app, { maxPipelinedRequests: 2 })
  const client = (await connect()).send(numbered(8))
  await eventually(() => paths.length === 2, 'two requests')

  await client.leave()
  release()
  await server.close()

  t.ok(paths.length < 8, String(paths))
  t.same(errors, [])
})

t.test('the limit applies to the server of a host too', async (t) => {
  const { app, paths, release } = gated()
  const listener = toNode(app)
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connectSocket((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {})
  t.teardown(() => {
    socket.destroy()
    server.close()
    return listener.close()
  })
  socket.write(numbered(200))
  await eventually(() => paths.length >= 32, 'the first requests')
  await new Promise((resolve) => setTimeout(resolve, 30))

  t.equal(paths.length, 32)
  const timer = setInterval(release, 1)
  t.teardown(() => clearInterval(timer))
  await eventually(() => paths.length === 200, 'the others')
  clearInterval(timer)
  release()
})

t.test('an interim response comes before its response', async (t) => {
  let goOn: (() => void) | undefined
  let body = ''
  const { connect } = await listening(
    t,
    httpApp(async ({ path }, receive, send) => {
      if (path === '/first') {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        await answer(send, '<first>')
        return
      }
      if (path === '/post') body = String(await readAll(receive))
      await send(START)
      await send({ type: 'http.response.early_hint', links: ['</a.css>; rel=preload'] })
      await send({ type: 'http.response.body', body: Buffer.from('one'), moreBody: true })
      await send({ type: 'http.response.body', body: Buffer.from('<end>') })
    }),
  )
  const post = request('POST /post', ['content-length: 2', 'expect: 100-continue'])
  const client = (await connect()).send(request('GET /first') + request('GET /hint') + post)
  await eventually(() => goOn !== undefined, 'the first request')
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.equal(client.received, '')
  goOn?.()

  await client.until('100 Continue')
  t.same(statuses(client.received), [200, 200, 100])
  client.send('hi')
  await eventually(() => client.received.split('<end>').length === 3, 'the answer to the post')

  t.same(statuses(client.received), [200, 200, 100, 103, 200])
  t.equal(body, 'hi')
  t.notMatch(client.received, /one[^0]*HTTP\/1\.1 1/)
})

t.test('a body without a 100 Continue is not waited for', async (t) => {
  let goOn: (() => void) | undefined
  const { connect } = await listening(
    t,
    httpApp(async ({ path }, receive, send) => {
      if (path === '/first') {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
      } else receive().catch(() => {})
      await answer(send, path)
    }),
  )
  const post = request('POST /post', ['content-length: 2', 'expect: 100-continue'])
  const client = (await connect()).send(request('GET /first') + post)
  await eventually(() => goOn !== undefined, 'the first request')
  await new Promise((resolve) => setTimeout(resolve, 30))
  goOn?.()

  const received = await client.end()
  t.same(statuses(received), [200, 200])
  t.match(received, /connection: close\r\n(?:.*\r\n)*\r\n\/post$/i)
})

t.test('a response that fails while it waits is aborted in its turn', async (t) => {
  let goOn: (() => void) | undefined
  const { connect, errors } = await listening(
    t,
    httpApp(async ({ path }, _receive, send) => {
      if (path === '/first') {
        await new Promise<void>((resolve) => {
          goOn = resolve
        })
        await answer(send, '<first>')
        return
      }
      await send(START)
      await send({ type: 'http.response.body', body: Buffer.from('part'), moreBody: true })
      await new Promise((resolve) => setTimeout(resolve, 10))
      throw new Error('late')
    }),
  )
  const client = (await connect()).send(request('GET /first') + request('GET /fails'))
  await eventually(() => errors.length === 1, 'the error')
  t.equal(client.received, '')
  goOn?.()

  const received = await client.end()

  t.same(statuses(received), [200, 200])
  t.match(received, /part\r\n$/)
})
