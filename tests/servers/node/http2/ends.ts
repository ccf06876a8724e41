// How exchanges over HTTP/2 end otherwise: faults of the app, resets, a server that closes.
import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { ServeOptions } from '../../../../lib/servers/node.ts'
import type { HTTPScope, Receive, Send } from '../../../../lib/types.ts'
import {
  answer,
  eventually,
  httpApp,
  type Listening,
  listening,
  soon,
} from '../../../support/sockets.ts'
import { answerOf, ask, connected } from '../../../support/streams.ts'

type Handler = (scope: HTTPScope, receive: Receive, send: Send) => Promise<void>

function serving(t: Test, handler: Handler, options: ServeOptions = {}): Promise<Listening> {
  return listening(t, httpApp(handler), { http2: true, lifespan: 'off', ...options })
}

const begin = async (send: Send, text = 'part'): Promise<void> => {
  await send({ type: 'http.response.start', status: 200, headers: [] })
  await send({ type: 'http.response.body', body: Buffer.from(text), moreBody: true })
}

t.test('an error before the start is a 500, and a later one a reset', async (t) => {
  const { port, errors } = await serving(t, async (scope, _receive, send) => {
    if (scope.path !== '/') await begin(send)
    if (scope.path !== '/missing') throw new Error('bug')
  })
  const session = await connected(t, port)
  t.match(await answerOf(ask(session, {})), { status: 500, text: 'Internal Server Error' })
  for (const path of ['/late', '/missing']) {
    const stream = ask(session, { ':path': path })
    const [data] = await once(stream, 'data')
    t.equal(`${data}`, 'part')
    await eventually(() => stream.destroyed, 'the reset')
    t.equal(stream.rstCode, 2)
  }
  t.match(errors, [
    { message: 'bug' },
    { message: 'bug' },
    { message: /^the app ended before its/ },
  ])
})

t.test(
  'a head that is too large for HTTP/2 is an error, and the connection stays open',
  async (t) => {
    const { port, errors } = await serving(t, async ({ queryString }, _receive, send) => {
      const headers = ['x', 'a'.repeat(Number(queryString))]
      await send({ type: 'http.response.start', status: 200, headers })
      await send({ type: 'http.response.body', body: Buffer.from('fine') })
    })
    const session = await connected(t, port)
    t.match(await answerOf(ask(session, { ':path': '/?70000' })), { status: 500 })
    t.match(await answerOf(ask(session, { ':path': '/?60000' })), { status: 200, text: 'fine' })
    t.match(errors, [{ message: /over HTTP\/2 may have 65400 bytes, this one has 70013\. / }])
  },
)

t.test(
  'trailers and early hints that are too large are errors, and the connection stays open',
  async (t) => {
    const { port, errors } = await serving(t, async ({ path }, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [], trailers: true })
      const links = [`<${'a'.repeat(70_000)}>; rel=preload`]
      if (path === '/hint') await send({ type: 'http.response.early_hint', links })
      await send({ type: 'http.response.body', body: Buffer.from('body') })
      const headers = ['x-sum', 'a'.repeat(path === '/trailers' ? 70_000 : 60_000)]
      await send({ type: 'http.response.trailers', headers })
    })
    const session = await connected(t, port)
    const fields = { te: 'trailers' }
    const reset = answerOf(ask(session, { ...fields, ':path': '/trailers' }))
    await t.rejects(reset, /^the stream was reset|INTERNAL/)
    t.match(await answerOf(ask(session, { ...fields, ':path': '/hint' })), { status: 500 })
    const { text, trailers } = await answerOf(ask(session, fields))
    t.equal(text, 'body')
    t.equal(trailers?.['x-sum']?.length, 60_000)
    t.match(errors, [
      { message: /^http.response.trailers: a head over HTTP\/2 may have 65400 bytes, / },
      { message: /^http.response.early_hint: a head over HTTP\/2 may have 65400 bytes, / },
    ])
  },
)

t.test('a body that differs from its announced length is a reset', async (t) => {
  const { port, errors } = await serving(t, async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: ['content-length', '9'] })
    await send({ type: 'http.response.body', body: Buffer.from('part'), moreBody: true })
    await send({ type: 'http.response.body' })
  })
  await t.rejects(answerOf(ask(await connected(t, port), {})), /^the stream was reset|INTERNAL/)
  t.match(errors, [{ message: /content-length is 9, but the body has 4 bytes/ }])
})

for (const isWhole of [false, true]) {
  const what = isWhole ? 'whole responses' : 'parts'
  t.test(`a stream that is reset with 0 while ${what} wait for its client has ended`, async (t) => {
    const endless: Handler = async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      const body = Buffer.alloc(1_000_000)
      do await send({ type: 'http.response.body', body, moreBody: !isWhole })
      while (!isWhole)
    }
    // Connections are looked at four times in this time.
    const http2 = { idleTimeoutMs: 400 }
    const { server, port } = await serving(t, endless, { http2, gracePeriodMs: 600_000 })
    const stream = ask(await connected(t, port), {})
    await once(stream, 'data')
    stream.pause()
    stream.close(0)
    await soon(server.close(), 'the end of the server')
  })
}

for (const code of [0, 8]) {
  for (const method of ['GET', 'POST', 'HEAD']) {
    t.test(`a ${method} that is reset with ${code} is a client disconnect`, async (t) => {
      const seen: string[] = []
      const { port, errors } = await serving(t, async (scope, receive, send) => {
        scope.onDisconnect?.(() => seen.push('gone'))
        for (;;) {
          const { type } = await receive()
          seen.push(type)
          if (type === 'http.disconnect') break
        }
        await answer(send, '')
      })
      const session = await connected(t, port)
      const stream = session.request({ ':method': method }, { endStream: method !== 'POST' })
      stream.on('error', () => {})
      if (method === 'POST') stream.write('part')
      await eventually(() => seen.length === 1, 'the request')
      // By `close` Node's client would end the body before it resets the stream.
      if (method === 'POST') stream.destroy(new Error('reset'))
      else stream.close(code)
      await eventually(() => seen.includes('http.disconnect'), 'the disconnect')
      t.same(seen.toSorted(), ['gone', 'http.disconnect', 'http.request'])
      t.same(errors, [])
    })
  }
}

t.test('a lost connection ends all its requests', async (t) => {
  let [begun, gone] = [0, 0]
  const { port, errors } = await serving(t, async (scope, receive, send) => {
    scope.onDisconnect?.(() => gone++)
    await begin(send)
    begun++
    while ((await receive()).type !== 'http.disconnect');
  })
  const session = await connected(t, port)
  for (let index = 0; index < 5; index++) ask(session, {}).resume()
  await eventually(() => begun === 5, 'the requests')
  session.destroy()
  await eventually(() => gone === 5, 'the end')
  t.same(errors, [])
})

t.test('sends wait for a slow client, and reject when it disconnects', async (t) => {
  let sent = 0
  let failure: unknown
  const { port } = await serving(t, async (_scope, _receive, send) => {
    await begin(send)
    try {
      for (;;) {
        await send({ type: 'http.response.body', body: Buffer.alloc(65_536), moreBody: true })
        sent++
      }
    } catch (error) {
      failure = error
    }
  })
  const session = await connected(t, port)
  const stream = ask(session, {})
  await once(stream, 'response')
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.ok(sent < 20, `${sent} parts were sent`)
  stream.close(8)
  await eventually(() => failure !== undefined, 'the failure')
  t.match(failure, { name: 'ClientDisconnected' })
})

t.test('an unread body is refused, and the connection stays open', async (t) => {
  const { port } = await serving(t, async (scope, receive, send) => {
    if (scope.method === 'POST') await receive()
    await answer(send, 'enough')
  })
  const session = await connected(t, port)
  const stream = session.request({ ':method': 'POST' }, { endStream: false })
  stream.write('part')
  t.equal((await answerOf(stream)).text, 'enough')
  await eventually(() => stream.destroyed, 'the end of the stream')
  t.equal((await answerOf(ask(session, {}))).text, 'enough')
})

t.test('a closing server sends GOAWAY and waits for requests', async (t) => {
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let draining = false
  const { server, port } = await serving(
    t,
    async (scope, _receive, send) => {
      scope.onDraining?.(() => {
        draining = true
      })
      await begin(send)
      await released
      await send({ type: 'http.response.body', body: Buffer.from(' and end') })
    },
    { gracePeriodMs: 600_000 },
  )
  const [idle, busy] = [await connected(t, port), await connected(t, port)]
  const stream = ask(busy, {})
  await once(stream, 'response')
  const goaway = once(busy, 'goaway')
  const closing = server.close()
  await soon(once(idle, 'close'), 'the end of the idle connection')
  t.equal((await soon(goaway, 'the GOAWAY'))[0], 0)
  t.ok(draining)
  release()
  t.equal((await answerOf(stream)).text, 'part and end')
  await soon(closing, 'the end of the server')
})

t.test('requests over the grace time are aborted, and their apps get a disconnect', async (t) => {
  let gone = false
  const { server, port } = await serving(
    t,
    async (scope, receive, send) => {
      scope.onDisconnect?.(() => {
        gone = true
      })
      await begin(send)
      while ((await receive()).type !== 'http.disconnect');
    },
    { gracePeriodMs: 50 },
  )
  const stream = ask(await connected(t, port), {})
  await once(stream, 'response')
  await soon(server.close(), 'the end of the server')
  t.ok(gone)
})

t.test('with a delay the server answers after a first GOAWAY', async (t) => {
  const { server, port } = await serving(t, (_s, _r, send) => answer(send, 'fine'), {
    drainDelayMs: 300,
  })
  const session = await connected(t, port)
  const goaway = once(session, 'goaway')
  const closing = server.close()
  await soon(goaway, 'the GOAWAY')
  const late = await connected(t, port)
  const asked = ask(late, {})
  t.match(await answerOf(asked).catch(() => ({ text: 'refused' })), { text: /fine|refused/ })
  await soon(closing, 'the end of the server')
})

t.test('clients that never close their side are disconnected', async (t) => {
  const all: ServeOptions[] = [
    { http2: { idleTimeoutMs: 100 } },
    { http2: true, gracePeriodMs: 100 },
  ]
  for (const options of all) {
    const { connect, server } = await serving(
      t,
      (_scope, _receive, send) => answer(send, ''),
      options,
    )
    const client = await connect()
    client.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
    if (options.http2 === true) await soon(server.close(), 'the close')
    await eventually(() => client.ended, 'the end of its side')
    const { socket } = client
    await eventually(() => socket.destroyed || !socket.write('x'), 'the end')
  }
})
