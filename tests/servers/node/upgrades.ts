import { createServer, type IncomingMessage } from 'node:http'
import t from 'tap'
import { asksForWebSocket, upgradeOptions } from '../../../lib/servers/node/upgrades.ts'
import { HANDSHAKE, handshake } from '../../support/frames.ts'
import {
  answer,
  bodyOf,
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

t.test('a request for a websocket is a plain GET of HTTP/1.1', async (t) => {
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
    { socket: { _httpMessage: {} } },
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

t.test('whatever else asks for an upgrade is a plain request, the last one', async (t) => {
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

t.test('an Upgrade that Connection does not name asks for nothing', async (t) => {
  const { connect } = await listening(t, plain)
  const client = await connect()

  client.send(request('GET /alone', ['upgrade: websocket']) + request('GET /next'))

  t.notMatch(await client.until('/next'), /connection: close/i)
})

t.test('HTTP/1.0 knows no upgrade', async (t) => {
  const { talk } = await listening(t, plain)

  const received = await talk(handshake().replace('HTTP/1.1', 'HTTP/1.0'))

  t.equal(bodyOf(received), 'GET / true ')
})

t.test('with websockets switched off, who asks for one gets plain HTTP', async (t) => {
  const { connect } = await listening(t, plain, { websocket: false })

  const received = await (await connect()).send(handshake('/off')).until('true')

  t.equal(bodyOf(received), 'GET /off true ')
})

t.test('nobody overtakes a response that is still to come', async (t) => {
  let go = (): void => {}
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
  await new Promise((resolve) => setTimeout(resolve, 30))
  t.equal(client.received, '')

  go()

  t.same(statuses(await client.until('/behind')), [200, 200])
})

const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n'

t.test('a CONNECT is refused by 501, and the connection closed', async (t) => {
  const { talk, connect } = await listening(t, plain)

  t.match(await talk(CONNECT), /^HTTP\/1\.1 501 (?:.*\r\n)*connection: close\r\n/i)
  t.equal(await talk(request('GET /') + CONNECT), '', 'which must not stand in for the first')
  const client = (await connect()).send(request('GET /'))
  await client.until('false ')
  t.same(statuses(await client.send(CONNECT).end()), [200, 501])
})

t.test('a Node that has an option for it is asked by that', async (t) => {
  const { IncomingMessage: known } = upgradeOptions()

  t.equal(known === undefined, 'shouldUpgradeCallback' in createServer())
})
