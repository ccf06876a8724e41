// Requests and responses over HTTP/2: what scopes tell, bodies both ways, and what surrounds them.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { HTTPScope, Receive, Send } from '../../../../lib/types.ts'
import { CERTIFICATE } from '../../../support/certificate.ts'
import { secureRequest } from '../../../support/secureclient.ts'
import {
  answer,
  eventually,
  httpApp,
  type Listening,
  listening,
  readAll,
  request,
  statuses,
} from '../../../support/sockets.ts'
import { answerOf, ask, connected, type StreamAnswer } from '../../../support/streams.ts'

type Handler = (scope: HTTPScope, receive: Receive, send: Send) => Promise<void>

function serving(t: Test, handler: Handler): Promise<Listening> {
  return listening(t, httpApp(handler), { http2: true, lifespan: 'off' })
}

/** One request to an app, and its answer. */
async function answered(
  t: Test,
  handler: Handler,
  headers: Record<string, string | string[]> = {},
  body?: string | Uint8Array,
): Promise<StreamAnswer> {
  const { port, errors } = await serving(t, handler)
  const got = await answerOf(ask(await connected(t, port), headers, body))
  t.same(errors, [])
  return got
}

/** What the app was told of a request that it answers. */
async function told(
  t: Test,
  headers: Record<string, string | string[]>,
): Promise<HTTPScope | undefined> {
  let seen: HTTPScope | undefined
  await answered(
    t,
    (scope, _receive, send) => {
      seen = scope
      return answer(send, '')
    },
    headers,
  )
  return seen
}

function start(send: Send, headers: string[] = [], status = 200, trailers = false): Promise<void> {
  return send({ type: 'http.response.start', status, headers, trailers })
}

t.test('scopes have the version, the host first, and cookies in one field', async (t) => {
  const scope = await told(t, {
    ':path': '/a%20b?c=d',
    ':authority': 'example.com:81',
    'x-a': '1',
    cookie: ['a=1', 'b=2'],
  })
  t.match(scope, {
    httpVersion: '2',
    method: 'GET',
    scheme: 'http',
    path: '/a b',
    rawPath: '/a%20b',
    queryString: 'c=d',
    client: { host: '127.0.0.1' },
  })
  t.same(scope?.headers, ['host', 'example.com:81', 'x-a', '1', 'cookie', 'a=1; b=2'])
  t.equal(scope?.extensions?.tls, undefined)
})

for (const headers of [
  { ':authority': 'a', host: 'b' },
  { ':authority': 'a@b' },
  { ':path': '/%zz' },
  { ':path': '/a#b' },
]) {
  t.test(`${JSON.stringify(headers)} is refused`, async (t) => {
    let called = false
    const { port } = await serving(t, (_scope, _receive, send) => {
      called = true
      return answer(send, 'no')
    })
    // Newer versions of nghttp2 refuse some of it before us, by a reset.
    const refused = answerOf(ask(await connected(t, port), headers)).catch(() => ({ status: 400 }))
    t.equal((await refused).status, 400)
    t.notOk(called)
  })
}

t.test('CONNECT is refused', async (t) => {
  const { port } = await serving(t, (_s, _r, send) => answer(send, 'no'))
  const session = await connected(t, port)
  const stream = session.request({ ':method': 'CONNECT', ':authority': 'a:1' })
  const [headers] = await once(stream, 'response')
  t.equal(headers[':status'], 501)
})

t.test('over TLS and ALPN, with HTTP/1.1 on the same port', async (t) => {
  const app = httpApp((scope, _receive, send) =>
    answer(send, `${scope.httpVersion} ${scope.scheme} ${scope.extensions?.tls?.tlsVersion}`),
  )
  const { port } = await listening(t, app, { tls: CERTIFICATE, http2: true })
  const session = await connected(t, port, { tls: true })
  t.equal((await answerOf(ask(session, {}))).text, '2 https 772')
  t.equal((await secureRequest(port, '/')).text, '1.1 https 772')
})

t.test('without TLS the first bytes select the version, in any packets', async (t) => {
  const { port, connect } = await serving(t, (scope, _r, send) => answer(send, scope.httpVersion))
  const session = await connected(t, port)
  t.equal((await answerOf(ask(session, {}))).text, '2')
  for (const text of [request('GET /'), request('PROPFIND /'), request('PUT /')]) {
    const client = await connect()
    for (const character of text) {
      client.send(character)
      await new Promise((resolve) => setImmediate(resolve))
    }
    t.same(statuses(await client.until('\r\n\r\n1.1')), [200])
    client.send(text)
    await eventually(() => statuses(client.received).length === 2, 'the second answer')
  }
})

t.test('bodies are received completely and sent in order', async (t) => {
  const sent = Buffer.alloc(1_000_000, 'abcdefg')
  const got = await answered(
    t,
    async (_scope, receive, send) => {
      const body = await readAll(receive)
      await start(send)
      for (let at = 0; at < body.byteLength; at += 300_000) {
        const part = body.subarray(at, at + 300_000)
        await send({ type: 'http.response.body', body: part, moreBody: true })
      }
      await send({ type: 'http.response.body' })
    },
    { ':method': 'POST' },
    sent,
  )
  t.ok(got.text === `${sent}`)
})

t.test('an announced body is complete with its last byte', async (t) => {
  const got: unknown[] = []
  await answered(
    t,
    async (_scope, receive, send) => {
      const message = await receive()
      if (message.type === 'http.request') got.push(`${message.body}`, message.moreBody)
      await answer(send, '')
      got.push((await receive()).type)
    },
    { ':method': 'POST', 'content-length': '3' },
    'abc',
  )
  t.same(got, ['abc', false, 'http.disconnect'])
})

t.test('a client that expects a 100 gets it when the app reads', async (t) => {
  const handler: Handler = async (scope, receive, send) => {
    if (scope.path === '/read') await readAll(receive)
    await answer(send, '')
  }
  const expecting = { ':method': 'POST', expect: '100-continue' }
  const read = await answered(t, handler, { ...expecting, ':path': '/read' }, 'body')
  t.match(read.informed, [{ ':status': 100 }])
  const unread = await answered(t, handler, { ...expecting, ':path': '/' }, 'body')
  t.same(unread.informed, [])
})

t.test('early hints, trailers, and fields that HTTP/2 does not allow', async (t) => {
  const got = await answered(
    t,
    async (_scope, _receive, send) => {
      const own = ['connection', 'close', 'keep-alive', 'x', 'transfer-encoding', 'chunked']
      const twice = ['set-cookie', 'a=1', 'set-cookie', 'b=2', 'etag', '"1"', 'etag', '"2"']
      const odd = ['te', 'gzip', 'http2-settings', 'x', '__proto__', 'x', 'x-latin', '\u00fc']
      await start(send, [...own, ...twice, ...odd, 'trailer', 'x-sum'], 200, true)
      await send({ type: 'http.response.early_hint', links: ['</a>; rel=preload'] })
      await send({ type: 'http.response.body', body: Buffer.from('body') })
      await send({ type: 'http.response.trailers', headers: ['x-sum', '4'] })
    },
    { te: 'trailers' },
  )
  t.match(got.informed, [{ ':status': 103, link: '</a>; rel=preload' }])
  const { date, ':status': status, ...headers } = got.headers
  t.ok(date)
  t.equal(status, 200)
  t.same(Object.fromEntries(Object.entries(headers)), {
    'set-cookie': ['a=1', 'b=2'],
    etag: '"1"',
    ['__proto__']: 'x',
    'x-latin': '\u00fc',
    trailer: 'x-sum',
  })
  t.equal(got.text, 'body')
  t.equal(got.trailers?.['x-sum'], '4')
})

t.test('clients that did not request trailers get none', async (t) => {
  const got = await answered(t, async (_scope, _receive, send) => {
    await start(send, [], 200, true)
    await send({ type: 'http.response.body', body: Buffer.from('body') })
    await send({ type: 'http.response.trailers', headers: ['x-sum', '4'] })
  })
  t.equal(got.text, 'body')
  t.equal(got.trailers, undefined)
})

t.test('answers without a body', async (t) => {
  const handler: Handler = async (scope, _receive, send) => {
    await start(send, [], Number(scope.path.slice(1)))
    await send({ type: 'http.response.body', body: Buffer.from('some'), moreBody: true })
    await send({ type: 'http.response.body', body: Buffer.from('thing') })
  }
  for (const status of [204, 304]) {
    const got = await answered(t, handler, { ':path': `/${status}` })
    t.match(got, { status, text: '' })
  }
  const head = await answered(t, handler, { ':path': '/200', ':method': 'HEAD' })
  t.match(head, { status: 200, text: '' })
  const whole = await answered(t, (_s, _r, send) => answer(send, 'body'), { ':method': 'HEAD' })
  t.match(whole, { status: 200, text: '', headers: { 'content-length': '4' } })
})

t.test('files are sent by their path', async (t) => {
  const path = join(t.testdir(), 'file')
  writeFileSync(path, Buffer.alloc(600_000, 'x'))
  const got = await answered(t, async (_scope, _receive, send) => {
    await start(send)
    await send({ type: 'http.response.pathsend', path })
  })
  t.equal(got.headers['content-length'], '600000')
  t.equal(got.text.length, 600_000)
})

t.test('many requests share a connection', async (t) => {
  const { port } = await serving(t, async (scope, receive, send) => {
    await answer(send, `${scope.path} ${await readAll(receive)}`)
  })
  const session = await connected(t, port)
  const asked = Array.from({ length: 300 }, (_, index) =>
    answerOf(ask(session, { ':method': 'POST', ':path': `/${index}` }, `${index}`)),
  )
  const texts = (await Promise.all(asked)).map(({ text }) => text)
  t.same(
    texts,
    texts.map((_, index) => `/${index} ${index}`),
  )
})
