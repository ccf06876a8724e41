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

t.test(
  'whatever else asks for an upgrade is a request like any other (RFC 9110 7.8)',
  async (t) => {
    const { connect, errors } = await listening(t, plain)
    const client = await connect()
    for (const [bytes, wanted] of [
      [
        request('GET /h2c', [...UPGRADE, 'upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__']),
        'GET /h2c true ',
      ],
      [
        request('POST /', [...UPGRADE, 'upgrade: h2c', 'content-length: 2'], 'hi'),
        'POST / true hi',
      ],
      [request('POST /', [...HANDSHAKE, 'content-length: 2'], 'hi'), 'POST / true hi'],
      [request('GET /body', [...HANDSHAKE, 'content-length: 2'], 'hi'), 'GET /body true hi'],
      [request('GET /list', [...UPGRADE, 'upgrade: websocket, h2c']), 'GET /list true '],
      [request('GET /alone', ['upgrade: websocket']), 'GET /alone true '],
    ] as const) {
      client.received = ''
      client.send(bytes)

      t.match(await client.until(wanted), /^HTTP\/1\.1 200 OK/)
    }
    t.same(errors, [])
  },
)

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

t.test('a CONNECT is ended, as Node does without a listener', async (t) => {
  const { talk } = await listening(t, plain)

  t.equal(await talk('CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n'), '')
})

t.test('a Node that has an option for it is asked by that', async (t) => {
  const { IncomingMessage: known } = upgradeOptions()

  t.equal(known === undefined, 'shouldUpgradeCallback' in createServer())
})
