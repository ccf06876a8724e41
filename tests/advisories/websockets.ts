// Runs alone: measures the memory of its process.
// Published advisories about websockets, and that it is not so here. Each test is named by the
// advisory, and asks the same server once more after it.

import { deflateRawSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import type { ServeOptions } from '../../lib/servers/node.ts'
import type { App, Middleware, SendMessage } from '../../lib/types.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { closeFrame, frame, handshake, open, readFrames } from '../support/frames.ts'
import { takesLess } from '../support/linear.ts'
import { eventually, type Listening, listening, statuses } from '../support/sockets.ts'
import { connected, denied, echo } from '../support/websockets.ts'

/** An echo beside a page that shows that the server is there. */
function serverProcess(
  t: Test,
  options: ServeOptions = {},
  socket: App = echo(),
): Promise<Listening> {
  const plain = Application({ routes: [alive] })
  const app: App = (scope, receive, send) =>
    scope.type === 'websocket' ? socket(scope, receive, send) : plain(scope, receive, send)
  return listening(t, app, { lifespan: 'off', ...options })
}

t.test('CVE-2024-37890: thousands of fields in a handshake do no harm', async (t) => {
  const served = await serverProcess(t)
  const many = Array.from({ length: 2000 }, (_, index) => `a${index}:`)
  const tooMany = Array.from({ length: 20_000 }, (_, index) => `a${index}:`)

  t.match(
    await (await served.connect()).send(handshake('/', many)).until('\r\n\r\n'),
    /^HTTP\/1\.1 101 /,
  )
  t.same(statuses(await served.talk(handshake('/', tooMany))), [431])
  await assertAlive(t, served)
})

t.test('CVE-2021-32640: blanks in the list of subprotocols are read in linear time', async (t) => {
  const served = await serverProcess(t)
  for (const value of [
    `a${' '.repeat(15_000)}b`,
    `${' '.repeat(15_000)}a`,
    `a${', '.repeat(7_000)}`,
  ]) {
    const isQuick = await takesLess(1000, async () => {
      const received = await served.talk(handshake('/', [`sec-websocket-protocol: a,${value},b`]))
      t.same(statuses(received), [400])
    })
    t.ok(isQuick, 'at once')
  }
  await assertAlive(t, served)
})

t.test('GHSA-96hv-2xvq-fx4p, CVE-2026-48779: small fragments are limited', async (t) => {
  const served = await serverProcess(t)
  for (const content of ['', 'x']) {
    const client = await open(await served.connect())
    const before = process.memoryUsage().rss
    client.send(frame(2, content, { fin: false }))
    const parts = Buffer.concat(Array(1000).fill(frame(0, content, { fin: false })))
    for (let sent = 0; sent < 100 && !client.ended; sent++) client.send(parts)

    t.same(readFrames(await client.end()), ['close 1008'])
    t.ok(process.memoryUsage().rss - before < 64 * 1_048_576, 'little is kept')
  }
  await assertAlive(t, served)
})

t.test('GHSA-58qx-3vcg-4xpx, CVE-2026-45736: a reason that is not text is refused', async (t) => {
  const reasons: unknown[] = [new Float64Array(1000), new Uint8Array(1000), { length: 100 }, 5]
  const seen: string[] = []
  const served = await serverProcess(t, {}, async (_scope, receive, send) => {
    await receive()
    await send({ type: 'websocket.accept' })
    for (const reason of reasons) {
      const close = { type: 'websocket.close', reason } as SendMessage
      await send(close).catch((error) => seen.push(String(error)))
    }
  })
  const peer = await connected(t, served)
  await eventually(() => peer.closed !== undefined, 'the close')

  t.same(peer.closed, [1000, ''])
  t.equal(seen.length, reasons.length)
  for (const error of seen) t.match(error, /ProtocolError: .*the reason must be text/)
  await assertAlive(t, served)
})

const COMPRESSED = ['sec-websocket-extensions: permessage-deflate']

t.test('CVE-2016-10542, CVE-2026-1526: a compression bomb closes the websocket', async (t) => {
  const served = await serverProcess(t, { websocket: { perMessageDeflate: true } })
  const bomb = deflateRawSync(Buffer.alloc(256 * 1_048_576))
  const client = await open(await served.connect(), '/', COMPRESSED)
  const before = process.memoryUsage().rss
  client.send(frame(2, bomb, { rsv: 0x40 }))

  t.same(readFrames(await client.end()), ['close 1009'])
  t.ok(process.memoryUsage().rss - before < 128 * 1_048_576, 'it is not inflated')
  await assertAlive(t, served)
})

t.test('CVE-2016-10542: a compressed frame is refused unless compression is on', async (t) => {
  const served = await serverProcess(t)
  const client = await open(await served.connect(), '/', COMPRESSED)
  client.send(frame(2, deflateRawSync(Buffer.alloc(1000)), { rsv: 0x40 }))

  t.same(readFrames(await client.end()), ['close 1002'])
  await assertAlive(t, served)
})

t.test('CVE-2026-2229: invalid window sizes get 400', async (t) => {
  const served = await serverProcess(t, { websocket: { perMessageDeflate: true } })
  for (const window of ['99', '7', '-1', '15; server_max_window_bits=15', '""', '']) {
    const offer = `${COMPRESSED[0]}; server_max_window_bits=${window}`

    t.same(statuses(await served.talk(handshake('/', [offer]))), [400], window)
  }
  await assertAlive(t, served)
})

t.test('CVE-2026-1528: a frame length of 64 bits closes the websocket with 1009', async (t) => {
  const served = await serverProcess(t)
  for (const length of [1n << 63n, (1n << 64n) - 1n, 1n << 53n, 1n << 32n]) {
    const client = await open(await served.connect())
    client.send(frame(2, '', { length }))

    t.same(readFrames(await client.end()), ['close 1009'])
  }
  await assertAlive(t, served)
})

t.test('CVE-2022-39386: a reset at any point does not crash the server', async (t) => {
  const served = await serverProcess(t, {}, async (scope, receive, send) => {
    await receive()
    if (scope.type === 'websocket' && scope.path === '/late')
      await new Promise((resolve) => setTimeout(resolve, 20))
    await send({ type: 'websocket.accept' })
    while ((await receive()).type !== 'websocket.disconnect') {
      await send({ type: 'websocket.send', bytes: new Uint8Array(100_000) })
    }
  })
  const whole = handshake()
  for (const bytes of [whole.slice(0, 30), whole, handshake('/late'), `${whole}\x82`]) {
    const client = (await served.connect()).send(bytes)
    await client.leave()
  }
  for (const sent of [
    frame(2, 'x').subarray(0, 3),
    Buffer.concat(Array(50).fill(frame(2, 'x'))),
    closeFrame(1000),
    frame(3),
  ]) {
    const client = await open(await served.connect())
    client.send(sent)
    await client.leave()
  }
  await new Promise((resolve) => setTimeout(resolve, 50))

  t.same(served.errors, [])
  await assertAlive(t, served)
})

t.test('node-ws #722: a path without a route refuses the handshake', async (t) => {
  const app = Application({ routes: [alive, WebSocketRoute('/there', () => {})] })
  const served = await listening(t, app)

  t.equal((await denied(served, '/elsewhere')).status, 403)
  await assertAlive(t, served)
})

t.test('GHSA-c4j6-fc7j-m34r: middleware for requests runs for upgrades too', async (t) => {
  let reached = 0
  const guard: Middleware = (app) => async (scope, receive, send) => {
    if (scope.type !== 'lifespan' && scope.path.startsWith('/secret')) {
      throw new HTTPException(401, 'who are you?')
    }
    await app(scope, receive, send)
  }
  const reach = (): void => {
    reached++
  }
  const app = Application({
    routes: [alive, WebSocketRoute('/secret', reach), WebSocketRoute('/secret/a', reach)],
    middleware: [guard],
  })
  const served = await listening(t, app)

  for (const path of ['/secret', '/%73ecret', 'http://x/secret', '/secret/a?b']) {
    t.same(statuses(await served.talk(handshake(path))), [401], path)
  }
  t.equal(reached, 0)
  await assertAlive(t, served)
})

t.test('no id, slow clients: every wait has a limit', async (t) => {
  const served = await serverProcess(t, {
    headersTimeoutMs: 600,
    requestTimeoutMs: 600,
    websocket: { pingIntervalMs: 50, pingTimeoutMs: 50, closeTimeoutMs: 50 },
  })
  const slow = (await served.connect()).send(handshake().slice(0, 60))
  const silent = await open(await served.connect())
  const stuck = await open(await served.connect())
  stuck.send(frame(2, 'x', { length: 1000 }))

  t.same(statuses(await slow.end()), [408])
  t.same(readFrames(await silent.end()), ['ping'])
  t.same(readFrames(await stuck.end()), ['ping'])
  await assertAlive(t, served)
})
