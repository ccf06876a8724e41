import t from 'tap'
import { UnsupportedProtocol } from '../../lib/exceptions.ts'
import { chain } from '../../lib/internal/apps.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { toApp } from '../../lib/responses/response.ts'
import { Route } from '../../lib/routing/route.ts'
import { testClient } from '../../lib/testing/client.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope, Middleware, ReceiveMessage, SendMessage } from '../../lib/types.ts'
import { body, field, MULTIPART } from '../support/multipart.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const CHUNKED = ['host', 'testserver', 'transfer-encoding', 'chunked']
const DETAIL = 'The request body is larger than 10 bytes.'

const parts = (...sizes: number[]): ReceiveMessage[] =>
  sizes.map((size, index) => ({
    type: 'http.request',
    body: new Uint8Array(size).fill(97),
    moreBody: index < sizes.length - 1,
  }))

const answer = (text: string): App => toApp(new PlainTextResponse(text), 'the test')

const handling =
  (handle: (request: Request) => Promise<unknown>): App =>
  async (scope, receive, send) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    const text = await handle(new Request(scope, receive, send))
    await answer(String(text))(scope, receive, send)
  }

const reading = handling((request) => request.text())
const ignoring = handling(async () => 'ignored')
const readingOne = handling(async ({ receive }) => (await receive()).type)
const swallowing = handling((request) => request.text().catch(() => 'swallowed'))
const streaming = handling(async (request) => {
  let size = 0
  for await (const part of request.stream()) size += part.byteLength
  return size
})

/** Status and text that come through `bodyLimit({ maxSize: 10 })`. */
async function run(app: App, messages: readonly ReceiveMessage[], scope: Partial<HTTPScope> = {}) {
  const wrapped = chain(lint(), exceptions(), bodyLimit({ maxSize: 10 }), lint())(app)
  const sent = await call(
    wrapped,
    httpScope({ method: 'POST', headers: CHUNKED, ...scope }),
    messages,
  )
  return told(sent)
}

function told(sent: readonly SendMessage[]): [status: number, text: string] {
  let status = 0
  let text = ''
  for (const message of sent) {
    if (message.type === 'http.response.start') status = message.status
    if (message.type === 'http.response.body') text += new TextDecoder().decode(message.body)
  }
  return [status, text]
}

t.test('a body up to the limit is passed on', async (t) => {
  t.same(await run(reading, parts(10)), [200, 'aaaaaaaaaa'])
  t.same(await run(reading, parts(4, 6, 0)), [200, 'aaaaaaaaaa'])
  t.same(await run(streaming, parts(1, 1, 1)), [200, '3'])
  t.same(await run(ignoring, parts(10)), [200, 'ignored'])
  t.same(await run(reading, parts(0), { method: 'GET', headers: ['host', 'a'] }), [200, ''])
})

// Advisory row 62.
t.test('a body over the limit gets 413, whatever the app does with the error', async (t) => {
  for (const app of [reading, ignoring, readingOne, swallowing, streaming]) {
    for (const sizes of [[11], [11, 0], [5, 6, 0], [10, 1], [0, 0, 5, 5, 1]]) {
      t.same(await run(app, parts(...sizes)), [413, DETAIL])
    }
  }
})

t.test('rejects a declared length beyond the limit before reading', async (t) => {
  const headers = ['host', 'a', 'content-length', '11']
  for (const app of [reading, ignoring, readingOne, swallowing, streaming]) {
    // Without messages, a read would stay pending.
    t.same(await run(app, [], { headers }), [413, DETAIL])
  }
})

t.test('an earlier error response of the app is kept', async (t) => {
  const headers = ['host', 'a', 'content-length', '11']
  const refusing: App = (scope, receive, send) =>
    new PlainTextResponse('who?', { status: 401 }).respond(scope, receive, send)
  t.same(await run(refusing, [], { headers }), [401, 'who?'])
  const readingOn: App = async (_scope, receive, send) => {
    await send({ type: 'http.response.start', status: 401, headers: [] })
    const refusal = await receive().catch((error: Error) => error.message)
    const body = new TextEncoder().encode(String(refusal))
    await send({ type: 'http.response.body', body, moreBody: false })
  }
  t.same(await run(readingOn, [], { headers }), [401, DETAIL])
})

t.test('an error of the reader’s own limit has that limit', async (t) => {
  const headers = ['host', 'a', 'content-length', '30']
  const own = handling((request) => request.text({ maxSize: 20 }))
  t.same(await run(own, [], { headers }), [413, 'The request body is larger than 20 bytes.'])
})

t.test('the nearest of several limits counts, larger or smaller', async (t) => {
  const copying: Middleware = (app) => (scope, receive, send) =>
    app({ ...scope }, () => receive(), send)
  const limits = (outer: number, inner: number): Middleware =>
    chain(bodyLimit({ maxSize: outer }), copying, bodyLimit({ maxSize: inner }))
  const declared = (size: number) => ['host', 'a', 'content-length', String(size)]
  for (const [outer, inner] of [
    [10, 20],
    [20, 10],
  ] as const) {
    for (const app of [reading, ignoring, swallowing, streaming]) {
      const limited = chain(exceptions(), limits(outer, inner))(app)
      for (const size of [inner, inner + 1]) {
        for (const headers of [CHUNKED, declared(size)]) {
          const scope = httpScope({ method: 'POST', headers })
          const [status] = told(await call(limited, scope, parts(size)))
          t.equal(status, size > inner ? 413 : 200, `${size} bytes, ${inner} within ${outer}`)
        }
      }
    }
  }
})

t.test('a read may set a larger or smaller limit', async (t) => {
  const asking = (maxSize: number) => handling((request) => request.text({ maxSize }))
  for (const headers of [CHUNKED, ['host', 'a', 'content-length', '15']]) {
    t.same(await run(asking(15), parts(15), { headers }), [200, 'a'.repeat(15)])
    t.same(await run(asking(14), parts(15), { headers }), [
      413,
      'The request body is larger than 14 bytes.',
    ])
  }
  t.match(await run(asking(4), parts(5)), [413, /larger than 4 bytes/])
})

t.test('a form may set a larger limit', async (t) => {
  const asking = handling(async (request) => (await request.form({ maxSize: 1000 })).text('a'))
  for (const [type, content] of [
    ['application/x-www-form-urlencoded', Buffer.from('a=0123456789')],
    [MULTIPART, body(field('a', '0123456789'))],
  ] as const) {
    const headers = ['content-type', type, 'content-length', String(content.byteLength)]
    const message: ReceiveMessage = { type: 'http.request', body: content, moreBody: false }
    t.same(await run(asking, [message], { headers }), [200, '0123456789'])
  }
})

// Advisory row 62.
t.test('does not trust the declared length', async (t) => {
  const low = ['host', 'a', 'content-length', '1']

  t.same(await run(reading, parts(11), { headers: low }), [413, DETAIL])
  t.same(await run(swallowing, parts(6, 6), { headers: low }), [413, DETAIL])
  for (const app of [reading, ignoring, readingOne, swallowing]) {
    const headers = [...low, 'transfer-encoding', 'chunked']
    t.same(await run(app, parts(6, 6), { headers }), [413, DETAIL])
  }
})

t.test('a body of HTTP/2 needs no declared length', async (t) => {
  const scope = { httpVersion: '2', headers: ['host', 'a'] }

  t.same(await run(ignoring, parts(11), scope), [413, DETAIL])
  t.same(await run(ignoring, parts(5, 5), scope), [200, 'ignored'])
})

t.test('parts that were read ahead are kept', async (t) => {
  const late: App = async (scope, receive, send) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    await send({ type: 'http.response.start', status: 200, headers: [] })
    const body = await new Request(scope, receive).bytes()
    await send({ type: 'http.response.body', body })
  }

  t.same(await run(late, parts(4, 4, 2)), [200, 'aaaaaaaaaa'])
  t.same(await run(late, parts(4, 4, 3)), [413, DETAIL])
})

t.test('a disconnect while waiting for the body is passed on', async (t) => {
  const types: string[] = []
  const app: App = async (_scope, receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (let count = 0; count < 2; count++) types.push((await receive()).type)
  }
  const [part] = parts(1, 0)

  await run(app, part === undefined ? [] : [part, { type: 'http.disconnect' }])

  t.same(types, ['http.request', 'http.disconnect'])
})

t.test('every receive after the refusal rejects', async (t) => {
  let errors = 0
  const app = handling(async ({ receive }) => {
    for (let count = 0; count < 3; count++) await receive().catch(() => errors++)
    return 'swallowed'
  })

  t.same(await run(app, parts(11, 1, 1)), [413, DETAIL])
  t.equal(errors, 3)
})

t.test('another error is passed on', async (t) => {
  const bug = new Error('kaput')
  const failing = handling(async ({ receive }) => {
    await receive().catch(() => {})
    throw bug
  })

  for (const size of [1, 11]) {
    const app = bodyLimit({ maxSize: 10 })(failing)
    const scope = httpScope({ headers: CHUNKED })

    await t.rejects(call(app, scope, parts(size)), bug)
  }
})

t.test('an exception handler for 413 answers', async (t) => {
  const handlers = [[413, () => new PlainTextResponse('too much', { status: 413 })]] as const
  const app = chain(exceptions(handlers), bodyLimit({ maxSize: 10 }))(reading)
  const scope = () => httpScope({ method: 'POST', headers: CHUNKED })
  const declared = httpScope({ method: 'POST', headers: ['content-length', '11'] })

  t.same(told(await call(app, scope(), parts(11))), [413, 'too much'])
  t.same(told(await call(app, declared, [])), [413, 'too much'])
})

// Advisory row 63.
t.test('replaces the limit of the request itself, larger or smaller', async (t) => {
  const large = 10_000_001
  const route = (maxSize: number) =>
    Route(
      '/',
      {
        post: async (request) => new PlainTextResponse(String((await request.bytes()).byteLength)),
      },
      { middleware: [bodyLimit({ maxSize })] },
    )
  const statusOf = async (app: App, size: number): Promise<number> => {
    const client = await testClient(app)
    t.teardown(client.close)
    return (await client.post('/', { body: new Uint8Array(size) })).status
  }
  const unlimited = Route('/', {
    post: async (request) => new PlainTextResponse(await request.text()),
  })

  t.equal(await statusOf(unlimited, large), 413, 'there is a limit by default')
  t.equal(await statusOf(route(large), large), 200)
  t.equal(await statusOf(route(large), large + 1), 413)
  t.equal(await statusOf(route(Number.POSITIVE_INFINITY), large), 200)
  t.equal(await statusOf(route(0), 1), 413)
  t.equal(await statusOf(route(0), 0), 200)
})

t.test('other scopes pass unchanged', (t) =>
  assertUntouched(t, bodyLimit({ maxSize: 10 }), websocketScope()),
)

t.test('an invalid limit throws at once', async (t) => {
  for (const maxSize of [-1, Number.NaN]) {
    t.throws(() => bodyLimit({ maxSize }), {
      name: 'RangeError',
      message: `bodyLimit: maxSize must be a number of bytes, ${maxSize} was given. Infinity means no limit.`,
    })
  }
})
