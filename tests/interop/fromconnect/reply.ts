import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import compression from 'compression'
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { fromConnect } from '../../../lib/interop/fromconnect.ts'
import type { NodeHandler } from '../../../lib/interop/fromnode.ts'
import { PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import type { App, SendMessage } from '../../../lib/types.ts'
import { call, httpScope, receiving } from '../../support/scopes.ts'
import { responseOf } from '../../support/sent.ts'
import { bodyOf, dechunked, eventually, listening, request } from '../../support/sockets.ts'

t.test('compression compresses responses of Stellula, and streams part by part', async (t) => {
  const app = Application({
    routes: [
      Route('/whole', () => new PlainTextResponse('large '.repeat(1_000))),
      Route('/stream', () => new StreamingResponse(parts(), { mediaType: 'text/plain' })),
    ],
    middleware: [fromConnect(compression())],
  })
  let goOn: () => void = () => {}
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  async function* parts() {
    yield 'first'
    await mayGoOn
    yield 'second'
  }
  const { connect, talk } = await listening(t, app)
  const fields = ['accept-encoding: gzip', 'connection: close']

  const whole = await talk(request('GET /whole', fields))
  t.match(whole, /content-encoding: gzip/i)
  const bytes = Buffer.from(dechunked(bodyOf(whole)), 'latin1')
  t.equal(gunzipSync(bytes).toString(), 'large '.repeat(1_000))

  const client = (await connect()).send(request('GET /stream', fields))
  const head = await client.until('\r\n\r\n')
  t.match(head, /content-encoding: gzip/i)
  // A part is here before the next one is made.
  await eventually(() => bodyOf(client.received).length > 20, 'the first part')
  goOn()
  const rest = Buffer.from(dechunked(bodyOf(await client.end())), 'latin1')
  t.equal(gunzipSync(rest).toString(), 'firstsecond')
})

t.test('a slow client delays the inner app, which may then reuse its buffer', async (t) => {
  const hash = createHash('sha1')
  let made = 0
  const app = fromConnect((_request, _response, next) => next())(async (scope, _receive, send) => {
    if (scope.type !== 'http') return
    const buffer = Buffer.alloc(50_000)
    await send({ type: 'http.response.start', status: 200, headers: [] })
    for (; made < 40; made++) {
      buffer.fill(made)
      hash.update(buffer)
      await send({ type: 'http.response.body', body: buffer, moreBody: true })
    }
    await send({ type: 'http.response.body' })
  })
  const taken = createHash('sha1')
  await app(httpScope(), receiving([]), async (message: SendMessage) => {
    await new Promise((resolve) => setImmediate(resolve))
    if (message.type === 'http.response.body') taken.update(message.body ?? '')
  })

  t.equal(taken.digest('hex'), hash.digest('hex'))
})

/** An app behind a middleware that does nothing. */
function behind(app: App, ...middleware: readonly NodeHandler[]): App {
  return fromConnect(...middleware, (_request, _response, next) => next())(app)
}

const TRAILING: App = async (_scope, _receive, send) => {
  const headers = ['trailer', 'x-sum', 'vary', 'accept', 'set-cookie', 'a=1', 'set-cookie', 'b=2']
  await send({ type: 'http.response.start', status: 200, headers, trailers: true })
  await send({ type: 'http.response.early_hint', links: ['</a.css>; rel=preload'] })
  await send({ type: 'http.response.body', body: Buffer.from('x') })
  await send({ type: 'http.response.trailers', headers: ['x-sum', '7'], moreTrailers: true })
  await send({ type: 'http.response.trailers', headers: ['x-more', '8'] })
}

t.test('early hints, trailers and repeated fields are passed on', async (t) => {
  const extensions = { 'http.response.trailers': {}, 'http.response.early_hint': {} } as const
  const app = behind(TRAILING, (_request, response, next) => {
    response.setHeader('vary', 'origin')
    response.setHeader('x-powered-by', 'a middleware')
    next()
  })

  const sent = await call(app, httpScope({ extensions }))

  t.strictSame(
    sent.map(({ type }) => type),
    [
      'http.response.start',
      'http.response.early_hint',
      'http.response.body',
      'http.response.trailers',
    ],
  )
  t.strictSame(responseOf(sent).headers.getAll('vary'), ['origin', 'accept'])
  t.strictSame(responseOf(sent).headers.getAll('set-cookie'), ['a=1', 'b=2'])
  t.strictSame(sent.at(-1), {
    type: 'http.response.trailers',
    headers: ['x-sum', '7', 'x-more', '8'],
  })
})

t.test('rejects messages in the wrong order', async (t) => {
  const start = { type: 'http.response.start', status: 200, headers: [] } as const
  await t.rejects(
    call(behind((_scope, _receive, send) => send({ type: 'http.response.body' }))),
    /^http\.response\.body: out of place in a response that is before start/,
  )
  await t.rejects(
    call(
      behind(async (_scope, _receive, send) => {
        await send({ ...start, headers: [] })
        await send({ ...start, headers: [] })
      }),
    ),
    /^http\.response\.start: out of place in a response that is body/,
  )
})

t.test('messages that are not part of the response pass', async (t) => {
  const info = { template: 'x' }
  const sent = await call(
    behind(async (scope, receive, send) => {
      await send({ type: 'http.response.debug', info })
      await new PlainTextResponse('x').respond(scope, receive, send)
      await send({ type: 'http.response.body', body: Buffer.from('too late') })
    }),
    httpScope({ extensions: { 'http.response.debug': {} } }),
  )

  t.strictSame(sent[0], { type: 'http.response.debug', info })
  t.equal(responseOf(sent).text, 'x')
})

t.test('files are not sent by a server that would bypass the middleware', async (t) => {
  let offers: unknown
  const app = behind(async (scope, receive, send) => {
    offers = scope.type === 'http' && scope.extensions?.['http.response.pathsend']
    await new PlainTextResponse('x').respond(scope, receive, send)
  })

  await call(app, httpScope({ extensions: { 'http.response.pathsend': {} } }))

  t.equal(offers, undefined)
})

t.test('the app gets the disconnect', async (t) => {
  let leave: () => void = () => {}
  const onDisconnect = (listener: () => void): void => {
    leave = listener
  }
  let told: unknown
  const app = behind(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body', body: Buffer.from('x'), moreBody: true })
    leave()
    await new Promise((resolve) => setImmediate(resolve))
    told = await send({ type: 'http.response.body' }).catch((error: unknown) => error)
  })

  await t.rejects(call(app, httpScope({ onDisconnect })), ClientDisconnected)
  await new Promise((resolve) => setImmediate(resolve))
  t.ok(told instanceof ClientDisconnected)
})
