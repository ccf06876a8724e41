import { createServer, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { countResponse } from '../../../lib/servers/node/unfinished.ts'
import { asksForWebSocket, upgradeOptions } from '../../../lib/servers/node/upgrades.ts'
import { HANDSHAKE, handshake } from '../../support/frames.ts'
import {
  answer,
  bodyOf,
  eventually,
  httpApp,
  listening,
  readAll,
  request,
  statuses,
} from '../../support/sockets.ts'

function asked(over: object): boolean {
  return asksForWebSocket({
    method: 'GET',
    httpVersion: '1.1',
    rawHeaders: ['Host', 'a', 'Upgrade', 'WebSocket', 'Content-Length', '0'],
    socket: {},
    ...over,
  } as IncomingMessage)
}

t.test('a websocket handshake is a GET of HTTP/1.1', async (t) => {
  t.ok(asked({}))
  for (const over of [
    { method: 'POST' },
    { httpVersion: '1.0' },
    { rawHeaders: ['Host', 'a'] },
    { rawHeaders: ['Upgrade', 'h2c'] },
    { rawHeaders: ['Upgrade', 'websocket, h2c'] },
    { rawHeaders: ['Upgrade', 'websocket', 'Upgrade', 'websocket'] },
    { rawHeaders: ['Upgrade', 'websocket', 'Content-Length', '3'] },
    { rawHeaders: ['Transfer-Encoding', 'chunked', 'Upgrade', 'websocket'] },
  ]) {
    t.notOk(asked(over), JSON.stringify(over))
  }
})

/** Says what it was asked for, with the body. */
const plain = httpApp(async ({ method, path, headers }, receive, send) => {
  const body = await readAll(receive)
  await answer(send, `${method} ${path} ${headers.includes('upgrade')} ${body}`)
})

const UPGRADE = ['connection: upgrade']

t.test('it waits until earlier responses of its connection were written', async (t) => {
  // Any stream serves as a connection; the types require a network socket.
  const socket = new PassThrough() as unknown as Socket
  t.ok(asked({ socket }))
  const responses = [1, 2].map(() => {
    const response = new ServerResponse({ method: 'GET', socket } as unknown as IncomingMessage)
    countResponse(socket, response)
    return response
  })

  for (const response of responses) {
    t.notOk(asked({ socket }))
    response.emit('finish')
  }
  t.ok(asked({ socket }))
})

t.test('other upgrades are ordinary requests, and the last ones', async (t) => {
  const { talk, errors } = await listening(t, plain)
  // Meant for the other protocol, or for someone who reads on: it is served in neither case.
  const behind = request('GET /behind')

  for (const [bytes, wanted] of [
    [
      request('GET /h2c', [...UPGRADE, 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__']),
      'GET /h2c true ',
    ],
    [request('POST /', [...UPGRADE, 'upgrade: h2c', 'content-length: 2'], 'hi'), 'POST / true hi'],
    [request('POST /', [...HANDSHAKE, 'content-length: 2'], 'hi'), 'POST / true hi'],
    [request('GET /body', [...HANDSHAKE, 'content-length: 2'], 'hi'), 'GET /body true hi'],
    [request('GET /list', [...UPGRADE, 'upgrade: websocket, h2c']), 'GET /list true '],
    [request('GET /two', ['connection: x,\tUpgrade ,y', 'upgrade: h2c']), 'GET /two true '],
  ] as const) {
    const received = await talk(bytes + behind)

    t.match(received, /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*connection: close\r\n/i)
    t.equal(bodyOf(received), wanted)
  }
  t.same(errors, [])
})

t.test('an Upgrade that Connection does not list is ignored', async (t) => {
  const { connect } = await listening(t, plain)
  const client = await connect()

  client.send(request('GET /alone', ['upgrade: websocket']) + request('GET /next'))

  t.notMatch(await client.until('/next'), /connection: close/i)
})

t.test('HTTP/1.0 does not support upgrades', async (t) => {
  const { talk } = await listening(t, plain)

  const received = await talk(handshake().replace('HTTP/1.1', 'HTTP/1.0'))

  t.equal(bodyOf(received), 'GET / true ')
})

t.test('with websockets disabled, a handshake gets an HTTP answer', async (t) => {
  const { connect } = await listening(t, plain, { websocket: false })

  const received = await (await connect()).send(handshake('/off')).until('true')

  t.equal(bodyOf(received), 'GET /off true ')
})

t.test('a handshake does not overtake a pending response', async (t) => {
  let go: (() => void) | undefined
  const { connect } = await listening(
    t,
    httpApp(async ({ path }, _receive, send) => {
      if (path === '/slow') {
        await new Promise<void>((resolve) => {
          go = resolve
        })
      }
      await answer(send, path)
    }),
  )
  const client = (await connect()).send(request('GET /slow') + handshake('/behind'))
  await eventually(() => go !== undefined, 'the slow request')
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.equal(client.received, '')

  go?.()

  t.same(statuses(await client.until('/behind')), [200, 200])
})

const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n'

t.test('a CONNECT gets 501, and the connection is closed', async (t) => {
  const { talk, connect } = await listening(t, plain)

  t.match(await talk(CONNECT), /^HTTP\/1\.1 501 (?:.*\r\n)*connection: close\r\n/i)
  t.equal(await talk(request('GET /') + CONNECT), '', 'which must not stand in for the first')
  const client = (await connect()).send(request('GET /'))
  await client.until('false ')
  t.same(statuses(await client.send(CONNECT).end()), [200, 501])
})

t.test('a version of Node with an upgrade option uses it', async (t) => {
  const { IncomingMessage: known } = upgradeOptions()

  t.equal(known === undefined, 'shouldUpgradeCallback' in createServer())
})
