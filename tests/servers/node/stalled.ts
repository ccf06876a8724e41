// Clients that do not read.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import t, { type Test } from 'tap'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { toNode } from '../../../lib/servers/hosted.ts'
import type { App } from '../../../lib/types.ts'
import { handshake } from '../../support/frames.ts'
import { eventually, httpApp, listening, type RawClient, request } from '../../support/sockets.ts'
import { websocketApp } from '../../support/websockets.ts'

const MUCH = Buffer.alloc(32 * 1_048_576)

/** When and how the client was found to have gone. */
interface Seen {
  at: number
  error: string
}

function seeing(seen: Seen[]): (error?: unknown) => void {
  return (error) => seen.push({ at: performance.now(), error: String(error) })
}

/** Sends much, in one piece or in many, and does not stop by itself. */
function flood(seen: Seen[], size: number): App {
  return httpApp(async ({ onDisconnect }, _receive, send) => {
    onDisconnect?.(seeing(seen))
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (let sent = 0; sent < MUCH.byteLength; sent += size) {
      const body = MUCH.subarray(0, size)
      await send({ type: 'http.response.body', body, moreBody: true })
    }
    await send({ type: 'http.response.body' })
  })
}

/** Reads nothing any more. */
function halt(client: RawClient): void {
  client.socket.pause()
}

async function isCut(t: Test, app: (seen: Seen[]) => App, bytes: string): Promise<void> {
  const seen: Seen[] = []
  const { connect } = await listening(t, app(seen), { writeTimeoutMs: 200 })
  const client = await connect()
  halt(client)
  const started = performance.now()
  client.send(bytes)

  await eventually(() => seen.length > 0, 'the cut')

  const took = (seen[0]?.at ?? 0) - started
  t.ok(took >= 195, `it took ${took} ms`)
}

t.test('a client that never reads its response is disconnected', async (t) => {
  for (const size of [65_536, MUCH.byteLength]) {
    await isCut(t, (seen) => flood(seen, size), request('GET /'))
  }
})

t.test('a client that never reads websocket messages is disconnected', async (t) => {
  const app = (seen: Seen[]): App =>
    websocketApp(async ({ onDisconnect }, _receive, send) => {
      onDisconnect?.(seeing(seen))
      await send({ type: 'websocket.accept' })
      for (;;) await send({ type: 'websocket.send', bytes: MUCH.subarray(0, 65_536) })
    })

  await isCut(t, app, handshake())
})

t.test('a client of a handler with a Node response is disconnected too', async (t) => {
  const app = (seen: Seen[]): App =>
    fromNode((_request, response) => {
      response.on('close', seeing(seen))
      response.end(MUCH)
    })

  await isCut(t, app, request('GET /'))
})

t.test('a slow client is not disconnected', async (t) => {
  const seen: Seen[] = []
  const { connect } = await listening(t, flood(seen, MUCH.byteLength), { writeTimeoutMs: 500 })
  const client = await connect()
  let size = 0
  client.socket.removeAllListeners('data')
  client.socket.on('data', (data: Buffer) => {
    size += data.byteLength
  })
  client.send(request('GET /'))
  for (let round = 0; round < 12; round++) {
    client.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 80))
    client.socket.resume()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  client.socket.resume()

  await eventually(() => size > MUCH.byteLength, 'all of it')
  t.same(seen, [])
})

t.test('a client is not disconnected for a blocked server', async (t) => {
  const seen: Seen[] = []
  const { connect } = await listening(t, flood(seen, 1_048_576), { writeTimeoutMs: 400 })
  const client = await connect()
  let size = 0
  client.socket.removeAllListeners('data')
  client.socket.on('data', (data: Buffer) => {
    size += data.byteLength
  })
  client.socket.pause()
  client.send(request('GET /'))
  // Until what the server writes waits, and was looked at once.
  await new Promise((resolve) => setTimeout(resolve, 120))
  const end = performance.now() + 600
  while (performance.now() < end);
  client.socket.resume()

  await eventually(() => size > MUCH.byteLength, 'all of it')
  t.same(seen, [])
})

t.test('a client is not disconnected for a slow app', async (t) => {
  const { connect } = await listening(
    t,
    httpApp(async (_scope, _receive, send) => {
      await new Promise((resolve) => setTimeout(resolve, 300))
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.from('late') })
    }),
    { writeTimeoutMs: 100 },
  )

  t.match(await (await connect()).send(request('GET /')).until('late'), /late$/)
})

t.test('clients of a host server are checked too', async (t) => {
  const seen: Seen[] = []
  const listener = toNode(flood(seen, 65_536), { writeTimeoutMs: 200 })
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connectSocket((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => {}).pause()
  t.teardown(() => {
    socket.destroy()
    server.close()
    return listener.close()
  })
  socket.write(request('GET /'))

  await eventually(() => seen.length > 0, 'the cut')
})
