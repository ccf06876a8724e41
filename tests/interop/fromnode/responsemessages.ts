// Runs alone: counts the descriptors of its process.
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { fromNode } from '../../../lib/interop/fromnode.ts'
import { call, httpScope, receiving, watched } from '../../support/scopes.ts'
import { eventually, listening, request, soon } from '../../support/sockets.ts'

t.test('a body that differs from its length aborts the response', async (t) => {
  const app = fromNode((_, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('half')
    setTimeout(() => response.end(), 5)
  })
  const { talk, errors } = await listening(t, watched(app), { lifespan: 'off' })

  t.match(await talk(request('GET /')), /content-length: 10\r\n.*half$/is)
  t.match(errors, [/content-length is 10, but the body has 4 bytes/])
})

t.test('write() returns false when the buffer is full, and drain follows', async (t) => {
  const accepted: (() => void)[] = []
  const log: string[] = []
  let response: ServerResponse | undefined
  const done = fromNode((_, inside) => {
    response = inside
    inside.on('drain', () => log.push('drain'))
    log.push(`${inside.write(Buffer.alloc(100_000))} ${inside.writableNeedDrain}`)
  })(httpScope(), receiving([]), () => new Promise((resolve) => accepted.push(resolve)))
  const accept = async (): Promise<void> => {
    await eventually(() => accepted.length > 0, 'a message')
    accepted.shift()?.()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }

  await accept()
  t.strictSame(log, ['false true'])
  t.equal(response?.writableLength, 100_000)
  await accept()
  t.strictSame(log, ['false true', 'drain'])
  t.strictSame([response?.writableLength, response?.writableNeedDrain], [0, false])
  t.equal(response?.write('small'), true)
  response?.end()
  t.equal(response?.writableFinished, false)
  await accept()
  await soon(done, 'the end')
  t.equal(response?.writableFinished, true)
})

t.test('a slow client delays a piped source, and memory stays constant', async (t) => {
  let made = 0
  const app = fromNode((_, response) => {
    const more = (): void => {
      made++
      if (response.write(Buffer.alloc(65_536))) setImmediate(more)
      else if (made < 4_096) response.once('drain', more)
    }
    more()
  })
  const { connect } = await listening(t, watched(app), { lifespan: 'off' })
  const client = await connect()
  client.socket.pause()
  client.send(request('GET /'))
  let last = -1
  await eventually(() => {
    const stands = made === last && made > 0
    last = made
    return stands
  }, 'that it stops')

  t.ok(made < 300, `${made} parts were made`)
  await client.leave()
})

t.test('parts of one turn are sent together, and others when they are written', async (t) => {
  const sent = await call(
    fromNode((_, response) => {
      response.write('a')
      response.write('b')
      setTimeout(() => response.end('c'), 5)
    }),
  )

  const bodies = sent.flatMap((message) =>
    message.type === 'http.response.body' ? [`${Buffer.from(message.body ?? [])}`] : [],
  )
  t.strictSame(bodies, ['ab', 'c'])
})

const EXTENSIONS = { 'http.response.trailers': {}, 'http.response.early_hint': {} } as const

t.test('trailers are sent if the server supports them', async (t) => {
  const app = fromNode((_, response) => {
    response.setHeader('Trailer', 'X-Sum')
    response.write('body')
    response.addTrailers({ 'X-Sum': '7', 'X-More': 'a: b' })
    response.end()
  })
  const { talk } = await listening(t, watched(app), { lifespan: 'off' })
  const asked = request('GET /', ['te: trailers', 'connection: close, te'])

  t.match(await talk(asked), /4\r\nbody\r\n0\r\nx-sum: 7\r\nx-more: a: b\r\n\r\n$/i)
  t.match(await talk(request('GET /', ['connection: close'])), /4\r\nbody\r\n0\r\n\r\n$/)
  const sent = await call(app, httpScope())
  t.strictSame(
    sent.map(({ type }) => type),
    ['http.response.start', 'http.response.body'],
  )
  const within = await call(app, httpScope({ extensions: EXTENSIONS }))
  t.strictSame(within.at(-1), {
    type: 'http.response.trailers',
    headers: ['x-sum', '7', 'x-more', 'a: b'],
  })
})

t.test('early hints are sent with the head if the server supports them', async (t) => {
  const told: string[] = []
  const app = fromNode((_, response) => {
    response.writeContinue(() => told.push('continue'))
    response.writeProcessing(() => told.push('processing'))
    response.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'] }, () =>
      told.push('hints'),
    )
    response.end('x')
  })

  const [start, hint] = await call(app, httpScope({ extensions: EXTENSIONS }))

  await new Promise((resolve) => setImmediate(resolve))

  t.equal(start?.type, 'http.response.start')
  t.strictSame(hint, {
    type: 'http.response.early_hint',
    links: ['</a.css>; rel=preload', '</b.js>; rel=preload'],
  })
  t.strictSame(told, ['continue', 'processing', 'hints'])
  t.equal((await call(app)).length, 2)
})
