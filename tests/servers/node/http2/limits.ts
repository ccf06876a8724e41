// What clients of HTTP/2 may not do: ask for too much, cancel without end, stall, stay for nothing.
import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import t, { type Test } from 'tap'
import { type HTTP2Options, type ServeOptions, serve } from '../../../../lib/servers/node.ts'
import type { HTTPScope, Receive, Send } from '../../../../lib/types.ts'
import type { Listening } from '../../../support/sockets.ts'
import { answer, eventually, httpApp, listening, readAll, soon } from '../../../support/sockets.ts'
import { answerOf, ask, connected } from '../../../support/streams.ts'

type Handler = (scope: HTTPScope, receive: Receive, send: Send) => Promise<void>

function serving(
  t: Test,
  handler: Handler,
  http2: HTTP2Options = {},
  options: ServeOptions = {},
): Promise<Listening> {
  return listening(t, httpApp(handler), { http2, lifespan: 'off', ...options })
}

const fine: Handler = (_scope, _receive, send) => answer(send, 'fine')

const MISUSE: readonly (readonly [http2: unknown, message: RegExp])[] = [
  ['h2', /^serve: http2 must be true or its limits, "h2" was given\. Write http2: true\.$/],
  [null, /^serve: http2 must be true or its limits, null was given\./],
  [
    { maxConcurentStreams: 1 },
    /^serve: http2: unknown option "maxConcurentStreams"\. Did you mean "maxConcurrentStreams"\?$/,
  ],
  [{ allowHTTP1: true }, /^serve: http2: unknown option "allowHTTP1"\. Known options are/],
  [
    { maxSettings: 0 },
    /^serve: http2\.maxSettings must be a whole number from 1 to 2147483647, 0 was given\. The default/,
  ],
  [{ idleTimeoutMs: 1.5 }, /^serve: http2\.idleTimeoutMs must be a whole number .*, 1\.5 was/],
]

for (const [http2, message] of MISUSE) {
  t.test(`refuses ${JSON.stringify(http2)}`, async (t) => {
    const options = { http2: http2 as HTTP2Options, port: 0, signals: [] }
    await t.rejects(serve(httpApp(fine), options), { message })
  })
}

t.test('http2: false allows HTTP/1.1 only', async (t) => {
  const { port } = await listening(t, httpApp(fine), { http2: false, lifespan: 'off' })
  const session = connect(`http://127.0.0.1:${port}`)
  t.teardown(() => session.destroy())
  const [error] = await once(session, 'error')
  t.ok(error)
})

t.test('limits are sent to clients', async (t) => {
  const { port } = await serving(t, fine, { maxConcurrentStreams: 7 }, { maxHeaderSize: 9_000 })
  const session = connect(`http://127.0.0.1:${port}`)
  t.teardown(() => session.destroy())
  const [settings] = await once(session, 'remoteSettings')
  t.match(settings, { maxConcurrentStreams: 7, maxHeaderListSize: 9_000, enablePush: false })
})

t.test('a head that is too large, or has too many fields, is a reset', async (t) => {
  const { port } = await serving(t, fine, { maxHeaderListPairs: 20 })
  const early = connect(`http://127.0.0.1:${port}`)
  t.teardown(() => early.destroy())
  t.equal((await answerOf(ask(early, { 'x-large': 'x'.repeat(20_000) }))).status, 431)
  const session = await connected(t, port)
  await new Promise((resolve) => session.ping(resolve)) // the server knows then that its limits are known
  await t.rejects(answerOf(ask(session, { 'x-large': 'x'.repeat(20_000) })), /CALM|reset/)
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x-${index}`, 'x']))
  await t.rejects(answerOf(ask(session, many)), /CALM|reset/)
  t.equal((await answerOf(ask(await connected(t, port), {}))).text, 'fine')
})

t.test('requests over the limit of simultaneous ones wait', async (t) => {
  let [open, most] = [0, 0]
  const { port } = await serving(
    t,
    async (_scope, _receive, send) => {
      most = Math.max(most, ++open)
      await new Promise((resolve) => setTimeout(resolve, 5))
      open--
      await answer(send, 'fine')
    },
    { maxConcurrentStreams: 5 },
  )
  const session = await connected(t, port)
  const all = Array.from({ length: 40 }, () => answerOf(ask(session, {})))
  t.ok((await Promise.all(all)).every(({ text }) => text === 'fine'))
  t.ok(most <= 5, `${most} were at work`)
})

t.test('rapid resets end the connection (CVE-2023-44487)', async (t) => {
  let [open, most] = [0, 0]
  const { port } = await serving(
    t,
    async (_scope, _receive, send) => {
      most = Math.max(most, ++open)
      // An app that does not notice.
      await new Promise((resolve) => setTimeout(resolve, 500))
      open--
      await answer(send, '')
    },
    { maxConcurrentStreams: 10 },
  )
  const session = await connected(t, port)
  let code: number | undefined
  session.on('goaway', (given) => {
    code = given
  })
  for (let sent = 0; sent < 1_000 && !session.destroyed; sent++) {
    const stream = ask(session, {})
    stream.close(constants.NGHTTP2_CANCEL)
    if (sent % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await eventually(() => session.destroyed, 'the end')
  t.equal(code, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  t.ok(most <= 30, `${most} apps were at work`)
  await eventually(() => open === 0, 'the end of the apps')
})

t.test('a flood of CONTINUATION frames ends the connection (CVE-2024-27316)', async (t) => {
  const { port } = await serving(t, fine)
  const socket = connectSocket(port)
  t.teardown(() => socket.destroy())
  socket.on('error', () => {}).resume()
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  const frame = (type: number, flags: number, id: number, payload: Uint8Array): Buffer => {
    const head = Buffer.alloc(9)
    head.writeUIntBE(payload.byteLength, 0, 3)
    head.writeUInt8(type, 3)
    head.writeUInt8(flags, 4)
    head.writeUInt32BE(id, 5)
    return Buffer.concat([head, payload])
  }
  socket.write(frame(4, 0, 0, Buffer.alloc(0)))
  socket.write(frame(1, 0, 1, Buffer.from([0x82, 0x86, 0x84])))
  // A field without indexing: x: and a long value.
  const field = Buffer.concat([Buffer.from([0, 1, 0x78, 100]), Buffer.alloc(100, 0x61)])
  let sent = 0
  while (!socket.destroyed && sent < 10_000) {
    socket.write(frame(9, 0, 1, field))
    if (++sent % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  t.ok(sent < 10_000, `${sent} frames were sent`)
})

t.test('an idle connection is closed in time, and a used one is kept', async (t) => {
  for (let idleMs = 150; !(await isKept(t, idleMs)); idleMs *= 3);
})

/** Whether a client was quick enough to use its connection all the time, which shows something then. */
async function isKept(t: Test, idleTimeoutMs: number): Promise<boolean> {
  const { port } = await serving(t, fine, { idleTimeoutMs })
  const session = await connected(t, port)
  const ping = setInterval(() => session.destroyed || session.ping(() => {}), 20)
  t.teardown(() => clearInterval(ping))
  const texts: string[] = []
  let isQuick = true
  for (let usedAt = performance.now(), round = 0; round < 4; round++) {
    texts.push(await textOf(session))
    isQuick &&= performance.now() - usedAt < idleTimeoutMs * 0.8
    usedAt = performance.now()
    await new Promise((resolve) => setTimeout(resolve, idleTimeoutMs * 0.4))
  }
  if (!isQuick) return false
  t.same(texts, Array(4).fill('fine'))
  if (!session.destroyed) await soon(once(session, 'close'), 'the end')
  return true
}

async function textOf(session: ClientHttp2Session): Promise<string> {
  try {
    return (await answerOf(ask(session, {}))).text
  } catch (error) {
    return String(error)
  }
}

t.test('a preface that is never sent ends the connection', async (t) => {
  const { connect } = await serving(t, fine, {}, { headersTimeoutMs: 100 })
  const client = await connect()
  client.send('PR')
  t.equal(await client.end(), '')
})

t.test('a body that takes too long is 408, or a reset', async (t) => {
  const { port } = await serving(
    t,
    async (scope, receive, send) => {
      if (scope.path === '/begun') {
        await send({ type: 'http.response.start', status: 200, headers: [] })
        await send({ type: 'http.response.body', body: Buffer.from('x'), moreBody: true })
      }
      while ((await receive()).type !== 'http.disconnect');
    },
    {},
    { requestTimeoutMs: 100 },
  )
  const session = await connected(t, port)
  const post = { ':method': 'POST' }
  const slow = session.request(post, { endStream: false })
  slow.write('part')
  t.equal((await answerOf(slow)).status, 408)
  const begun = session.request({ ...post, ':path': '/begun' }, { endStream: false })
  begun.on('error', () => {})
  begun.resume()
  await eventually(() => begun.destroyed, 'the reset')
  t.equal(begun.rstCode, constants.NGHTTP2_INTERNAL_ERROR)
})

t.test('a client that reads nothing is disconnected in time, a slow one is not', async (t) => {
  let failure: unknown
  const { port } = await serving(
    t,
    async (scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      try {
        for (let part = 0; part < 10; part++) {
          const body = Buffer.alloc(50_000)
          await send({ type: 'http.response.body', body, moreBody: part < 9 })
        }
      } catch (error) {
        if (scope.path === '/none') failure = error
        throw error
      }
    },
    {},
    { writeTimeoutMs: 200 },
  )
  const slow = ask(await connected(t, port), { ':path': '/slow' })
  let read = 0
  // As much as half a window in two turns, after which the server may send on.
  const reading = setInterval(() => {
    const part: Buffer | null = slow.read(Math.min(16_384, slow.readableLength))
    read += part?.byteLength ?? 0
  }, 20)
  t.teardown(() => clearInterval(reading))
  const none = ask(await connected(t, port), { ':path': '/none' })
  await once(none, 'response')
  await eventually(() => failure !== undefined, 'the cut')
  t.match(failure, { name: 'ClientDisconnected' })
  await eventually(
    () => read === 500_000,
    () => `all of it, ${read} came`,
  )
})

t.test('a client is not disconnected for a delay of the server', async (t) => {
  const { port } = await serving(
    t,
    async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.alloc(500_000) })
    },
    {},
    { writeTimeoutMs: 400 },
  )
  const stream = ask(await connected(t, port), {})
  stream.pause()
  await once(stream, 'response')
  // Until what the server writes waits, and was looked at once.
  await new Promise((resolve) => setTimeout(resolve, 120))
  const end = performance.now() + 600
  while (performance.now() < end);
  t.equal((await answerOf(stream)).text.length, 500_000)
})

t.test('a client cannot send faster than the app reads', async (t) => {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let size = 0
  const { port } = await serving(t, async (_scope, receive, send) => {
    await receive()
    await released
    size = (await readAll(receive)).byteLength
    await answer(send, 'fine')
  })
  const session = await connected(t, port)
  const stream = session.request({ ':method': 'POST' }, { endStream: false })
  let written = 0
  const part = Buffer.alloc(16_384)
  const write = (): void => {
    if (written >= 200) stream.end()
    else stream.write(part, write)
    written++
  }
  write()
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.ok(written < 20, `${written} parts were taken`)
  release()
  t.equal((await answerOf(stream)).text, 'fine')
  t.ok(size > 3_000_000)
})
