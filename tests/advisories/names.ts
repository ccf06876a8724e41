// Field names that an app writes in upper case, as JavaScript without types may, are names like others:
// for the framing, for caches, and for every middleware that looks at them.
import type { IncomingMessage, ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { Headers } from '../../lib/http/headers.ts'
import { Session } from '../../lib/http/session.ts'
import { fromConnect } from '../../lib/interop/fromconnect.ts'
import { cacheControl } from '../../lib/middleware/cachecontrol.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { compress } from '../../lib/middleware/compress.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { etag } from '../../lib/middleware/etag.ts'
import { requestId } from '../../lib/middleware/requestid.ts'
import { secureHeaders } from '../../lib/middleware/secureheaders.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import { memoryStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { bodyOf, listening, request } from '../support/sockets.ts'

const CLOSE = 'connection: close'

/** Answers by messages, with these fields and this text. */
function answering(headers: readonly string[], text = 'hello'): App {
  return async (scope, _receive, send) => {
    if (scope.type === 'http' && scope.session instanceof Session) scope.session.data['a'] = 1
    await send({ type: 'http.response.start', status: 200, headers })
    await send({ type: 'http.response.body', body: Buffer.from(text) })
  }
}

/** How each kind of server answers a user who asks the same app. */
type Asking = (user: string) => Promise<string>

async function overSockets(t: Test, app: App, shortcuts: boolean): Promise<Asking> {
  const { talk } = await listening(t, app, { shortcuts, lifespan: 'off' })
  return async (user) => bodyOf(await talk(request('GET /', [`x-user: ${user}`, CLOSE])))
}

const SERVERS: Readonly<Record<string, (t: Test, app: App) => Promise<Asking>>> = {
  'serve()': (t, app) => overSockets(t, app, true),
  'serve() without shortcuts': (t, app) => overSockets(t, app, false),
  'toFetch()': async (_t, app) => {
    const respond = toFetch(app, { lifespan: 'off' })
    return async (user) => {
      const headers = { 'x-user': user }
      return (await respond(new Request('http://test/', { headers }))).text()
    }
  },
  'the test client': async (t, app) => {
    const client = await testClient(app, { lint: false, lifespan: 'off' })
    t.teardown(() => client.close())
    return async (user) => (await client.get('/', { headers: { 'x-user': user } })).text()
  },
}

const PERSONAL: readonly (readonly [name: string, value: string])[] = [
  ['Cache-Control', 'private'],
  ['CACHE-CONTROL', 'no-store'],
  ['Set-Cookie', 'a=1'],
  ['Vary', 'Cookie'],
  ['VARY', '*'],
  ['Content-Type', 'text/event-stream'],
]

t.test('a cached answer for one user is not sent to another', async (t) => {
  for (const [server, start] of Object.entries(SERVERS)) {
    for (const field of PERSONAL) {
      const app: App = (scope, receive, send) => {
        const user = scope.type === 'http' ? new Headers(scope.headers).get('x-user') : null
        return answering(field, `for ${user}`)(scope, receive, send)
      }
      const ask = await start(t, cacheResponse({ store: memoryStore(), ttl: 60 })(app))

      t.equal(await ask('alice'), 'for alice', `${server}, ${field}`)
      t.equal(await ask('bob'), 'for bob', `${server}, ${field}`)
    }
  }
})

t.test('framing fields of an app are dropped, and its Content-Length is used', async (t) => {
  const fields = ['Transfer-Encoding', 'gzip', 'Connection', 'upgrade', 'Content-Length', '5']
  for (const shortcuts of [true, false]) {
    const { talk } = await listening(t, answering([...fields, 'X-A', '1']), {
      shortcuts,
      lifespan: 'off',
    })
    const answer = await talk(request('GET /', [CLOSE]))

    t.notMatch(answer, /transfer-encoding|upgrade/i)
    t.equal(answer.match(/content-length: 5/gi)?.length, 1)
    t.match(answer, /x-a: 1\r\n/i)
  }
})

t.test('a content-length that differs from the body is refused', async (t) => {
  for (const shortcuts of [true, false]) {
    const options = { shortcuts, lifespan: 'off', onError: () => {} } as const
    const { talk } = await listening(t, answering(['Content-Length', '99']), options)

    t.match(await talk(request('GET /', [CLOSE])), /^HTTP\/1.1 500 /)
  }
  const respond = toFetch(answering(['Content-Length', '99']), {
    lifespan: 'off',
    onError: () => {},
  })
  t.equal((await respond(new Request('http://test/'))).status, 500)
})

t.test('handshake fields of the server are refused in an accept message', async (t) => {
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'websocket.accept', headers: ['Sec-WebSocket-Extensions', 'x'] })
  }
  const errors: unknown[] = []
  const { talk } = await listening(t, app, {
    lifespan: 'off',
    onError: (error) => errors.push(error),
  })
  const handshake = [
    ...['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'],
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]

  t.match(await talk(request('GET /', handshake)), /^HTTP\/1.1 500 /)
  t.match(errors, [{ name: 'ProtocolError', message: /sec-websocket-extensions/ }])
})

/** What is sent when an app has written its fields like this. */
async function sentBy(middleware: Middleware, headers: readonly string[]): Promise<Headers> {
  const scope = httpScope({
    headers: ['accept-encoding', 'gzip', 'origin', 'https://a.example', 'host', 'test'],
  })
  return responseOf(await call(middleware(answering(headers, 'hello '.repeat(500))), scope)).headers
}

t.test('every middleware keeps an existing field, in any case of its name', async (t) => {
  const table: readonly (readonly [Middleware, readonly [string, string]])[] = [
    [requestId(), ['X-Request-Id', 'mine']],
    [cacheControl({ maxAge: 60 }), ['Cache-Control', 'no-cache']],
    [secureHeaders(), ['X-Frame-Options', 'DENY']],
    [secureHeaders(), ['Content-Security-Policy', "default-src 'none'"]],
    [etag(), ['ETag', '"mine"']],
    [compress({ types: () => true }), ['Content-Encoding', 'br']],
    [sessions({ store: memoryStore() }), ['Vary', 'Cookie']],
    [cors({ origins: ['https://a.example'] }), ['Vary', 'Origin']],
    [cors({ origins: '*' }), ['Access-Control-Allow-Origin', '*']],
  ]
  for (const [middleware, [name, value]] of table) {
    t.same((await sentBy(middleware, [name, value])).getAll(name), [value], name)
  }
})

t.test('Cache-Control, Content-Length and ETag count in any case of their names', async (t) => {
  const compressing = compress({ types: () => true })
  const untouched = await sentBy(compressing, ['Cache-Control', 'no-transform'])
  const encoded = await sentBy(compressing, ['Content-Length', '3000', 'ETag', '"a"'])

  t.equal(untouched.get('content-encoding'), null)
  t.equal(encoded.get('content-encoding'), 'gzip')
  t.equal(encoded.getAll('content-length').length, 1)
  t.not(encoded.get('content-length'), '3000')
  t.equal(encoded.get('etag'), 'W/"a"')
  t.equal((await sentBy(etag(), ['Cache-Control', 'no-store'])).get('etag'), null)
})

t.test('an accepted websocket keeps the request id that the app set', async (t) => {
  const app: App = async (_scope, _receive, send) => {
    await send({ type: 'websocket.accept', headers: ['X-Request-Id', 'mine'] })
  }
  const [accept] = await call(requestId()(app), websocketScope())

  t.match(accept, { headers: ['X-Request-Id', 'mine'] })
})

t.test('cookies of a Connect middleware and of an app go out together', async (t) => {
  const setting = (_request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    response.setHeader('Set-Cookie', 'outer=1')
    next()
  }
  const app = fromConnect(setting)(answering(['Set-Cookie', 'inner=1']))
  const { talk } = await listening(t, app, { lifespan: 'off' })
  const answer = await talk(request('GET /', [CLOSE]))

  t.match(answer, /set-cookie: outer=1/i)
  t.match(answer, /set-cookie: inner=1/i)
})

t.test('changing a list after it was sent does not change the response', async (t) => {
  for (const shortcuts of [true, false]) {
    for (const place of [0, 1]) {
      const app: App = async (_scope, _receive, send) => {
        const headers = ['x-a', '1', 'x-b', '2']
        await send({ type: 'http.response.start', status: 200, headers })
        headers[place] = 'x\r\nx-split: yes\r\n\r\n'
        headers.push('transfer-encoding', 'chunked')
        await send({ type: 'http.response.body', body: Buffer.from('hello') })
      }
      const { talk } = await listening(t, app, { shortcuts, lifespan: 'off' })
      // The first is on a connection that stays open, as the one-write path asks for.
      const answers = await talk(request('GET /', []) + request('GET /', [CLOSE]))

      t.equal(answers.match(/HTTP\/1.1 200 OK\r\n/g)?.length, 2)
      t.equal(answers.match(/x-a: 1\r\nx-b: 2\r\n/gi)?.length, 2)
      t.notMatch(answers, /x-split|chunked/i)
    }
  }
})

t.test('the fields of a 304 replace the stored ones, in any case of their names', async (t) => {
  let count = 0
  const app: App = async (_scope, _receive, send) => {
    const isFirst = ++count === 1
    const headers = isFirst
      ? ['etag', '"1"', 'cache-control', 'no-cache', 'x-count', '1']
      : ['ETag', '"1"', 'Cache-Control', 'max-age=60', 'X-Count', `${count}`]
    await send({ type: 'http.response.start', status: isFirst ? 200 : 304, headers })
    await send({ type: 'http.response.body', body: Buffer.from(isFirst ? 'hello' : '') })
  }
  const cached = cacheResponse({ store: memoryStore(), revalidate: 60 })(app)

  for (const wanted of ['1', '2', '2']) {
    const { status, headers, text } = responseOf(await call(cached))
    t.same([status, text], [200, 'hello'])
    t.same(headers.getAll('x-count'), [wanted])
    t.equal(headers.getAll('cache-control').length, 1)
  }
  t.equal(count, 2, 'fresh after the 304')
})
