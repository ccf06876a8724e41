import { Hono } from 'hono'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { type FetchHandler, fromFetch } from '../../lib/interop/fromfetch.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { call, lifespanScope, websocketScope } from '../support/scopes.ts'
import { eventually, listening, request } from '../support/sockets.ts'

const Reply = globalThis.Response

t.test('a handler gets the path below its mount, or the whole path on request', async (t) => {
  const handler: FetchHandler = ({ url }: globalThis.Request) => new Reply(url)
  const app = Application({
    routes: [
      Mount('/a/{name}', Application({ routes: [Mount('/b', fromFetch(handler))] })),
      Mount('/whole', fromFetch(handler, { keepPrefix: true })),
    ],
  })
  await using client = await testClient(app)

  const below = await client.get('/a/caf%C3%A9/b/c%20d?e=f')
  t.equal(await below.text(), 'http://testserver/c%20d?e=f')
  const whole = await client.get('/whole/c')
  t.equal(await whole.text(), 'http://testserver/whole/c')
})

t.test('a handler gets the scope, the client and waitUntil()', async (t) => {
  const done: string[] = []
  const app = new Hono<{ Bindings: import('../../lib/interop/fromfetch.ts').FetchInfo }>()
  app.get('/', (c) => {
    const later = new Promise((resolve) => setTimeout(resolve, 5))
    c.env.waitUntil(later.then(() => done.push('info')))
    c.executionCtx.waitUntil(later.then(() => done.push('context')))
    c.executionCtx.passThroughOnException()
    return c.json([c.env.client, c.env.scope.path, c.env.scope.session !== undefined])
  })
  const middleware = [sessions({ secret: 'x'.repeat(32) })]
  await using client = await testClient(
    Application({ routes: [Mount('/in', fromFetch(app.fetch))], middleware }),
  )

  const response = await client.get('/in/')

  t.same(await response.json(), [{ host: 'testclient', port: 50_000 }, '/in/', true])
  t.same(done, ['info', 'context'])
})

t.test(
  'its second argument can be computed from the scope, as route handlers of Next expect',
  async (t) => {
    const handler = async (
      _request: globalThis.Request,
      { params }: { params: Promise<{ id: string }> },
    ): Promise<globalThis.Response> => new Reply(`item ${(await params).id}`)
    const app = fromFetch(handler, {
      env: ({ pathParams }) => ({ params: Promise.resolve(pathParams) }),
    })
    await using client = await testClient(Application({ routes: [Mount('/items/{id}', app)] }))

    t.equal(await (await client.get('/items/7/')).text(), 'item 7')
  },
)

t.test('errors of the handler reach the exception handlers', async (t) => {
  const app = Application({
    routes: [
      Mount(
        '/denied',
        fromFetch(() => {
          throw new HTTPException(403, 'not you')
        }),
      ),
      Mount(
        '/bug',
        fromFetch(() => Promise.reject(new RangeError('bug'))),
      ),
    ],
    exceptionHandlers: [[RangeError, () => new PlainTextResponse('ranged', { status: 418 })]],
  })
  await using client = await testClient(app)

  const denied = await client.get('/denied/')
  t.same([denied.status, await denied.text()], [403, 'not you'])
  const bug = await client.get('/bug/')
  t.same([bug.status, await bug.text()], [418, 'ranged'])
})

t.test('an error of work after the response is reported', async (t) => {
  const handler: FetchHandler = (
    _: globalThis.Request,
    info: { waitUntil: (p: Promise<never>) => void },
  ) => {
    info.waitUntil(Promise.reject(new Error('later')))
    return new Reply('fine')
  }
  const { talk, errors } = await listening(t, fromFetch(handler))

  t.match(await talk(request('GET /', ['connection: close'])), /fine$/)
  await eventually(() => errors.length === 1, 'the error')
  t.match(errors, [{ message: 'later' }])
})

t.test('throws if the result is not a fetch Response, with advice', async (t) => {
  for (const [value, pattern] of [
    [undefined, /^fromFetch: the handler: the value must be a fetch Response, undefined was given/],
    [new PlainTextResponse('x'), /a Stellula response was given. Return globalThis's Response/],
  ] as const) {
    await t.rejects(call(fromFetch((() => value) as unknown as FetchHandler)), pattern)
  }
})

t.test('throws immediately if the handler is not a function', async (t) => {
  t.throws(() => fromFetch(new Hono() as unknown as FetchHandler), /fromFetch\(app\.fetch\)/)
  t.throws(() => fromFetch(undefined as unknown as FetchHandler), /undefined was given/)
})

t.test('denies websockets, and rejects the lifespan', async (t) => {
  const app = fromFetch(() => new Reply('x'))

  t.same(await call(app, websocketScope()), [{ type: 'websocket.close' }])
  await t.rejects(call(app, lifespanScope()), { name: 'UnsupportedProtocol' })
})

t.test('the body is read on demand, and the response is sent at the client’s pace', async (t) => {
  const handler = ({ body }: globalThis.Request): globalThis.Response => new Reply(body)
  const { connect } = await listening(t, fromFetch(handler))
  const client = await connect()

  client.send('POST / HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n')
  client.send('4\r\nping\r\n')
  await client.until('ping')
  client.send('4\r\npong\r\n')
  await client.until('pong')
  client.send('0\r\n\r\n')
  t.match(await client.until('0\r\n\r\n'), /^HTTP\/1.1 200 OK/)
})

t.test('aborts the signal and cancels the body if the client disconnects', async (t) => {
  const seen: string[] = []
  const handler = ({ signal }: globalThis.Request): globalThis.Response => {
    signal.addEventListener('abort', () => seen.push(String(signal.reason)))
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('begin')),
      cancel: () => void seen.push('cancelled'),
    })
    return new Reply(body)
  }
  const { connect, errors } = await listening(t, fromFetch(handler))
  const client = await connect()
  await client.send(request('GET /')).until('begin')

  await client.leave()

  await eventually(() => seen.length === 2, 'both')
  t.same(seen.sort(), ['ClientDisconnected: the client has disconnected', 'cancelled'])
  t.same(errors, [])
})

t.test('a stream that fails is cut, so that it does not look complete', async (t) => {
  const handler = (): globalThis.Response => {
    let pulls = 0
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        if (pulls++ === 0) controller.enqueue(new TextEncoder().encode('begin'))
        else throw new Error('broken off')
      },
    })
    return new Reply(body)
  }
  const { talk, errors } = await listening(t, fromFetch(handler))

  const received = await talk(request('GET /'))

  t.match(received, 'begin')
  t.notMatch(received, '0\r\n\r\n')
  t.match(errors, [{ message: 'broken off' }])
})

t.test(
  'a response that the handler has fetched has no content-encoding if its body is decoded',
  async (t) => {
    const { gzipSync } = await import('node:zlib')
    const other = await listening(t, async (_scope, _receive, send) => {
      const headers = ['content-encoding', 'gzip']
      await send({ type: 'http.response.start', status: 200, headers })
      await send({ type: 'http.response.body', body: gzipSync('hello') })
    })
    const { server } = await listening(
      t,
      fromFetch(() => fetch(other.server.url ?? '')),
    )

    const response = await fetch(server.url ?? '')

    t.equal(await response.text(), 'hello')
    t.notOk(response.headers.has('content-encoding'))
  },
)

t.test('the response to HEAD has the fields of GET, and no invented length', async (t) => {
  const handler = (): globalThis.Response => {
    return new Reply(null, { headers: { 'content-type': 'text/x' } })
  }
  const counted = (): globalThis.Response => new Reply(null, { headers: { 'content-length': '7' } })
  const app = Application({
    routes: [Mount('/open', fromFetch(handler)), Mount('/counted', fromFetch(counted))],
  })
  const { talk } = await listening(t, app)

  const open = await talk(request('HEAD /open/', ['connection: close']))
  t.notMatch(open, /content-length/i)
  t.match(open, /content-type: text\/x/)
  t.match(await talk(request('HEAD /counted/', ['connection: close'])), /content-length: 7/i)
})

t.test('native Request objects are used on request', async (t) => {
  const handler = (given: globalThis.Request): globalThis.Response => {
    return new Reply(new globalThis.Request(given).url)
  }
  await using client = await testClient(fromFetch(handler, { lazy: false }))

  t.equal(await (await client.get('/x')).text(), 'http://testserver/x')
})

t.test('can be mounted beside other routes', async (t) => {
  const app = Application({
    routes: [
      Route('/ours', () => new PlainTextResponse('ours')),
      Mount(
        '',
        fromFetch(() => new Reply('theirs')),
      ),
    ],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/ours')).text(), 'ours')
  t.equal(await (await client.get('/any')).text(), 'theirs')
})

t.test('small parts of a body arrive together', async (t) => {
  const app = fromFetch(async ({ body }) => {
    let parts = 0
    let size = 0
    for await (const part of body ?? []) {
      parts++
      size += part.byteLength
    }
    return new Reply(`${size} bytes, ${parts < 500 ? 'few' : parts} parts`)
  })
  const { connect } = await listening(t, app)
  const head =
    'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
  const body = `${'1\r\nx\r\n'.repeat(10_000)}0\r\n\r\n`

  const later = await connect()
  later.send(head)
  await new Promise((resolve) => setTimeout(resolve, 50))
  later.send(body)
  t.match(await later.end(), /10000 bytes, few parts/)

  const together = await connect()
  together.send(head + body)
  t.match(await together.end(), /10000 bytes, few parts/, 'with the head')
})
