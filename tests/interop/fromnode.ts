import type { IncomingMessage, ServerResponse } from 'node:http'
import express from 'express'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException, UnsupportedProtocol } from '../../lib/exceptions.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { timeout } from '../../lib/middleware/timeout.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount } from '../../lib/routing.ts'
import { testClient } from '../../lib/testclient.ts'
import type { SendMessage } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, receiving, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { eventually, listening, request, soon } from '../support/sockets.ts'

t.test('a whole response is two messages, and over when the handler returns', async (t) => {
  const sent: SendMessage[] = []
  const app = fromNode((_, response) => {
    response.writeHead(201, { 'X-A': ['1', '2'] }).end('hello')
  })

  app(httpScope(), receiving([]), async (message) => void sent.push(message))
  await new Promise((resolve) => setImmediate(resolve))

  t.strictSame(sent, [
    { type: 'http.response.start', status: 201, headers: ['x-a', '1', 'x-a', '2'] },
    { type: 'http.response.body', body: new TextEncoder().encode('hello'), moreBody: false },
  ])
})

t.test('what belongs to the connection is not sent', async (t) => {
  const sent = await call(
    fromNode((_, response) => {
      response.setHeader('Connection', 'close')
      response.setHeader('Keep-Alive', 'timeout=1')
      response.setHeader('Transfer-Encoding', 'chunked')
      response.setHeader('Upgrade', 'x')
      response.setHeader('X-A', '1')
      response.end('hello')
    }),
  )

  t.strictSame(responseOf(sent).headers.list, ['x-a', '1', 'content-length', '5'])
})

t.test('a path that Express does not know is our 404', async (t) => {
  const inside = express()
  inside.get('/known', (_, response) => void response.send('known'))
  const app = Application({
    routes: [Mount('/in', fromNode(inside))],
    exceptionHandlers: [[404, () => new PlainTextResponse('ours', { status: 404 })]],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/in/known')).text(), 'known')
  const missing = await client.get('/in/unknown')
  t.strictSame([missing.status, await missing.text()], [404, 'ours'])
  t.equal(missing.headers.get('x-powered-by'), null)
})

t.test('with two parameters around it, Express answers for itself', async (t) => {
  const inside = express()
  inside.set('env', 'production')
  inside.get('/error', () => {
    throw Object.assign(new Error('mine'), { status: 418 })
  })
  const app = fromNode((request, response) => inside(request, response))
  await using client = await testClient(Application({ routes: [Mount('/in', app)] }))

  t.match(await (await client.get('/in/unknown')).text(), /Cannot GET \/in\/unknown/)
  const failed = await client.get('/in/error')
  t.strictSame([failed.status, /I&#39;m a Teapot/i.test(await failed.text())], [418, true])
})

class Refused extends Error {
  readonly status = 422
}

t.test('an error that Express does not handle is thrown here', async (t) => {
  const inside = express()
  inside.get('/thrown', () => {
    throw new Error('a bug')
  })
  inside.get('/rejected', async () => {
    throw new Error('a late bug')
  })
  inside.get('/status', (_request, _response, next) => {
    const error = new Error('not shown')
    next(Object.assign(error, { statusCode: 503, headers: { 'Retry-After': 5 } }))
  })
  inside.get('/exposed', (_request, _response, next) => {
    next(Object.assign(new Error('shown'), { status: 409, expose: true }))
  })
  inside.get('/500', (_request, _response, next) =>
    next(Object.assign(new Error('five'), { status: 500 })),
  )
  inside.get('/odd', (_request, _response, next) =>
    next(Object.assign(new Error('odd'), { status: 499 })),
  )
  inside.get('/class', (_request, _response, next) => next(new Refused('mine')))
  inside.get('/text', (_request, _response, next) => next('a text'))
  inside.get('/exit', (_request, _response, next) => next('router'))
  inside.post('/json', express.json(), (_, response) => void response.send('parsed'))
  const app = Application({
    routes: [Mount('/in', fromNode(inside))],
    exceptionHandlers: [[Refused, () => new PlainTextResponse('by its class', { status: 400 })]],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })
  const ask = async (path: string): Promise<[number, string]> => {
    const response = await client.get(`/in${path}`)
    return [response.status, await response.text()]
  }

  for (const path of ['/thrown', '/rejected', '/500', '/odd', '/text']) {
    t.strictSame(await ask(path), [500, 'Internal Server Error'], path)
  }
  t.strictSame(await ask('/status'), [503, 'Service Unavailable'])
  t.equal((await client.get('/in/status')).headers.get('retry-after'), '5')
  t.strictSame(await ask('/exposed'), [409, 'shown'])
  t.strictSame(await ask('/class'), [400, 'by its class'])
  t.strictSame(await ask('/exit'), [404, 'Not Found'])
  const malformed = await client.post('/in/json', {
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  t.equal(malformed.status, 400)
})

t.test('what a listener throws, now or later, is thrown here', async (t) => {
  const bug = new Error('a bug')
  const throws = fromNode(() => {
    throw bug
  })
  const rejects = fromNode(async () => {
    await null
    throw bug
  })
  const afterwards = fromNode(async (_, response) => {
    response.end('x')
    await null
    throw bug
  })

  await t.rejects(call(throws), bug)
  await t.rejects(call(rejects), bug)
  await t.rejects(call(afterwards), bug)
  await t.rejects(
    call(fromNode(() => Promise.reject(Object.assign(new Error('no'), { status: 403 })))),
    new HTTPException(403),
  )
})

t.test('an error after the start cuts the response', async (t) => {
  const inside = express()
  inside.get('/', (_request, response, next) => {
    response.write('half')
    setTimeout(() => next(new Error('too late')), 5)
  })
  const { talk, errors } = await listening(
    t,
    Application({ routes: [Mount('/', fromNode(inside))] }),
  )

  const received = await talk(request('GET /'))

  t.match(received, /200 OK.*4\r\nhalf\r\n$/s)
  t.match(errors, [{ message: 'too late' }])
})

t.test('a response that is destroyed is cut, or answered by 500', async (t) => {
  const started = fromNode((_, response) => {
    response.write('half', () => response.destroy())
  })
  const unstarted = fromNode((_, response) => void response.destroy(new Error('mine')))
  const { talk, errors } = await listening(t, started, { lifespan: 'off' })

  t.match(await talk(request('GET /')), /4\r\nhalf\r\n$/)
  t.match(errors, [/^Error: fromNode: the handler has destroyed its request or response before/])
  await t.rejects(call(unstarted), new Error('mine'))
})

t.test('a length that is not kept cuts the response', async (t) => {
  const app = fromNode((_, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('half')
    setTimeout(() => response.end(), 5)
  })
  const { talk, errors } = await listening(t, app, { lifespan: 'off' })

  t.match(await talk(request('GET /')), /content-length: 10\r\n.*half$/is)
  t.match(errors, [/content-length is 10, but the body has 4 bytes/])
})

t.test('a status that is none is told to whoever writes it', async (t) => {
  const app = fromNode((_, response) => void response.writeHead(101))

  await t.rejects(call(app), /^fromNode: the status must be from 200 to 599, 101 was given/)
  await t.rejects(call(fromNode((_, response) => void response.writeHead(600))), RangeError)
})

t.test('nothing is asked of the client before the handler reads', async (t) => {
  let asked = 0
  const headers = ['content-length', '5']
  const part = { type: 'http.request', body: Buffer.from('hello'), moreBody: false } as const
  const receive = async () => {
    asked++
    return part
  }
  let read: () => void = () => {}
  const done = fromNode((req, response) => {
    read = () => req.pipe(response)
  })(httpScope({ method: 'POST', headers, onDisconnect: () => {} }), receive, async () => {})

  await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(asked, 0)
  read()
  await done
  t.equal(asked, 1)
})

t.test('a body without end is taken no faster than it is read', async (t) => {
  let asked = 0
  const receive = async () => {
    asked++
    return { type: 'http.request', body: Buffer.alloc(65_536), moreBody: true } as const
  }
  let reading: IncomingMessage | undefined
  const done = fromNode((req) => {
    reading = req
    req.once('data', () => req.pause())
  })(httpScope({ headers: ['transfer-encoding', 'chunked'] }), receive, async () => {})
  await new Promise((resolve) => setTimeout(resolve, 20))

  t.ok(asked < 5, `${asked} parts were taken`)
  reading?.destroy()
  await t.rejects(done, /has destroyed its request or response/)
})

t.test('write tells when there is no room, and drain when there is', async (t) => {
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

t.test('a slow client holds up what is piped to it, and memory stays flat', async (t) => {
  let made = 0
  const app = fromNode((_, response) => {
    const more = (): void => {
      made++
      if (response.write(Buffer.alloc(65_536))) setImmediate(more)
      else if (made < 4_096) response.once('drain', more)
    }
    more()
  })
  const { connect } = await listening(t, app, { lifespan: 'off' })
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

t.test('parts of one turn go out together, others when they are written', async (t) => {
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

t.test('trailers are sent where the server has them', async (t) => {
  const app = fromNode((_, response) => {
    response.setHeader('Trailer', 'X-Sum')
    response.write('body')
    response.addTrailers({ 'X-Sum': '7', 'X-More': 'a: b' })
    response.end()
  })
  const { talk } = await listening(t, app, { lifespan: 'off' })
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

t.test('hints go out with the head, where the server has them', async (t) => {
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

t.test('a refusal that comes with the body is answered here', async (t) => {
  const inside = express()
  inside.post('/', (req, response) => {
    req.resume().on('end', () => response.send('read'))
  })
  const app = Application({
    routes: [Mount('/', fromNode(inside), { middleware: [bodyLimit({ maxSize: 10 })] })],
  })
  await using client = await testClient(app)
  async function* body() {
    yield 'x'.repeat(8)
    yield 'x'.repeat(8)
  }

  t.equal((await client.post('/', { body: body() })).status, 413)
  t.equal(await (await client.post('/', { body: 'short' })).text(), 'read')
})

t.test('a handler that never answers is left when time is over', async (t) => {
  let closed = false
  const inside = fromNode((req) => {
    req.on('close', () => {
      closed = true
    })
  })
  const app = Application({
    routes: [Mount('/', inside, { middleware: [timeout({ ms: 20 })] })],
  })
  await using client = await testClient(app)

  t.equal((await client.get('/')).status, 503)
  t.type(closed, 'boolean')
})

t.test('websockets are refused, a lifespan is none', async (t) => {
  const app = fromNode(() => {})

  t.strictSame(await call(app, websocketScope()), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
  await t.rejects(call(app, lifespanScope()), UnsupportedProtocol)
})

t.test('what is no handler is refused when it is given', async (t) => {
  t.throws(
    () => fromNode({} as never),
    /^fromNode: it takes a function \(request, response\) => …, object was given\. Of a Koa app it is app\.callback\(\)/,
  )
  t.throws(() => fromNode(null as never), /null was given/)
})
