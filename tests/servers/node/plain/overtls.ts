// Plain exchanges over TLS: the same as without it, and the same as node:https.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { fromNode } from '../../../../lib/interop/fromnode.ts'
import type { ServeOptions } from '../../../../lib/servers/node.ts'
import type { App } from '../../../../lib/types.ts'
import { CERTIFICATE } from '../../../support/certificate.ts'
import { handshake } from '../../../support/frames.ts'
import { secureSocket } from '../../../support/secureclient.ts'
import {
  answer,
  httpApp,
  listening,
  RawClient,
  readAll,
  request,
} from '../../../support/sockets.ts'

const handed = fromNode((request, response) => response.end(`<handed ${request.url}>`))

/** Answers with what was asked; at one path by a handler of Node. */
const app: App = (scope, receive, send) => {
  if (scope.type === 'http' && scope.path === '/handed') return handed(scope, receive, send)
  return echo(scope, receive, send)
}
const echo = httpApp(async ({ method, path, scheme }, receive, send) => {
  await answer(send, `<${method} ${scheme} ${path} ${await readAll(receive)}>`)
})

async function secured(t: Test, options: ServeOptions = {}) {
  const served = await listening(t, app, { tls: CERTIFICATE, lifespan: 'off', ...options })
  let byNode = 0
  const note = (message: unknown): void => {
    const { socket } = message as { socket: { localPort?: number } }
    if (socket.localPort === served.port) byNode++
  }
  subscribe('http.server.request.start', note)
  t.teardown(() => unsubscribe('http.server.request.start', note))
  const connect = async (): Promise<RawClient> => {
    const socket: Socket = await secureSocket(t, served.port, { ALPNProtocols: ['http/1.1'] })
    return new RawClient(socket)
  }
  return { ...served, connect, byNode: () => byNode }
}

t.test('plain requests bypass Node until the first other one', async (t) => {
  for (const options of [{}, { http2: true }]) {
    const { connect, byNode, errors } = await secured(t, options)
    const client = (await connect()).send(request('GET /a'))
    await client.until('<GET https /a >')
    client.send(request('POST /b', ['content-length: 2'], 'hi'))
    await client.until('<POST https /b hi>')
    t.equal(byNode(), 0)

    client.send(request('GET /handed'))
    await client.until('<handed /handed>')
    client.send(request('GET /c', ['connection: close']))
    t.match(await client.end(), /<GET https \/c >$/)

    t.equal(byNode(), 2)
    t.same(errors, [])
  }
})

/** A piece that waits for the response to the pieces before it. */
const ANSWERED = ''

/** What is sent, piece by piece. */
const CONVERSATIONS: readonly (readonly string[])[] = [
  [request('GET /', ['connection: close'])],
  [request('HEAD /', ['connection: close'])],
  ['GET / HTTP/1.1\r\nho', 'st: test\r\nconnection: close\r\n\r\n'],
  [request('POST /', ['content-length: 4', 'connection: close'], 'hi'), 'ho'],
  [request('POST /', ['transfer-encoding: chunked']), '2\r\nhi\r\n', '0\r\n\r\n', request('GET /', ['connection: close'])],
  [request('POST /', ['expect: 100-continue', 'content-length: 2', 'connection: close']), 'hi'],
  [request('GET /1') + request('GET /2', ['connection: close'])],
  [request('GET /1'), request('GET /2', ['connection: close'])],
  ['GET / HTTP/1.0\r\n\r\n'],
  [request('GET /'), ANSWERED, 'GET / HTTP/1.1\r\n\r\n'],
  [request('GET /', ['content-length: 1', 'transfer-encoding: chunked'])],
  [request('GET /'), ANSWERED, 'nonsense\r\n\r\n'],
  [request('GET /'), ANSWERED, handshake('/').replace('Version: 13', 'Version: 5')],
] // biome-ignore format: a table

t.test('clients get the same answers as from Node', async (t) => {
  const ours = await secured(t, { websocket: {} })
  const theirs = await secured(t, { websocket: {}, shortcuts: false })
  const received = async (connect: () => Promise<RawClient>, pieces: readonly string[]) => {
    const client = await connect()
    for (const piece of pieces) {
      if (piece === ANSWERED) await client.until('<GET https / >')
      client.send(piece)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return (await client.end()).replace(/date: [^\r]+/gi, '')
  }
  for (const pieces of CONVERSATIONS) {
    const [one, other] = await Promise.all([
      received(ours.connect, pieces),
      received(theirs.connect, pieces),
    ])
    t.equal(one, other, JSON.stringify(pieces))
    t.match(one, /^HTTP\/1\.1 /)
  }
})

t.test('a closing server ends idle connections, and answers running requests', async (t) => {
  const { connect, server } = await secured(t, { gracePeriodMs: 10_000 })
  const client = (await connect()).send(request('GET /a'))
  await client.until('<GET https /a >')

  const closed = server.close()
  await client.end()
  await closed

  t.pass('the idle connection did not hold it up')
})
