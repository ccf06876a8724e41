// Requests that no parser has made: of events of a function as a service, as serverless-http makes them.
import { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { JSONResponse } from '../../../lib/responses.ts'
import { Route, Router } from '../../../lib/routing.ts'
import { type ToNodeOptions, toNode } from '../../../lib/servers/hosted.ts'

const app = Router([
  Route(
    '/x',
    async (request) =>
      new JSONResponse({
        fields: [...request.scope.headers],
        client: request.client,
        scheme: request.scope.scheme,
        text: await request.text(),
      }),
    { methods: ['GET', 'POST'] },
  ),
])

interface Made {
  readonly headers?: Record<string, unknown>
  readonly rawHeaders?: readonly unknown[]
  readonly body?: string
  readonly socket?: object
}

const LAMBDA = { encrypted: true, remoteAddress: '10.1.2.3' }

/** Answers a request that is made by hand, without a connection. */
async function answerTo({ headers = {}, rawHeaders, body = '', socket }: Made) {
  const connection = socket ?? Object.assign(new PassThrough(), LAMBDA)
  const request = new IncomingMessage(connection as never)
  const version = { httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 }
  Object.assign(request, version, { method: 'POST', url: '/x', headers, complete: true })
  if (rawHeaders !== undefined) Object.assign(request, { rawHeaders })
  Object.assign(request, {
    _read: () => {
      if (body !== '') request.push(body)
      request.push(null)
    },
  })
  const response = new ServerResponse(request)
  let received = ''
  const sink = new PassThrough()
  sink.on('data', (data) => {
    received += data
  })
  response.assignSocket(sink as never)
  const ended = new Promise((resolve) => response.on('finish', resolve))
  await using listener = toNode(app, { lifespan: 'off' })
  listener(request, response)
  await ended
  sink.read()
  const [, text = ''] = /\r\n\r\n(.*)$/s.exec(received) ?? []
  return { status: response.statusCode, told: text.startsWith('{') ? JSON.parse(text) : text }
}

t.test('fields are read from headers, including numbers and lists', async (t) => {
  const { status, told } = await answerTo({
    headers: {
      host: 'a.example',
      'X-Number': 5,
      'x-list': ['1', 2],
      cookie: ['a=1', 'b=2'],
      'x-none': undefined,
      'content-length': 5,
    },
    body: 'hello',
  })

  t.equal(status, 200)
  t.strictSame(told, {
    fields: [
      ...['host', 'a.example', 'x-number', '5', 'x-list', '1', 'x-list', '2'],
      ...['cookie', 'a=1; b=2', 'content-length', '5'],
    ],
    client: { host: '10.1.2.3', port: 0 },
    scheme: 'https',
    text: 'hello',
  })
})

t.test('a raw list may contain numbers too, and a host may be missing', async (t) => {
  const raw = await answerTo({ rawHeaders: ['Host', 'a', 'Content-Length', 5], body: 'hello' })
  t.strictSame(raw.told.fields, ['host', 'a', 'content-length', '5'])
  t.equal(raw.told.text, 'hello')

  const nameless = await answerTo({ headers: { 'x-a': '1' } })
  t.strictSame([nameless.status, nameless.told.fields], [200, ['x-a', '1', 'host', '']])
})

t.test('a connection without events is not an error', async (t) => {
  const { told } = await answerTo({
    headers: { host: 'a', 'content-length': 5 },
    body: 'hello',
    socket: { ...LAMBDA, destroy: () => {} },
  })
  t.equal(told.text, 'hello')
})

t.test('a field that is never valid is 400', async (t) => {
  t.equal((await answerTo({ headers: { host: 'a', 'x-a': 'b\r\nx-c: d' } })).status, 400)
  t.equal((await answerTo({ headers: { host: 'a', 'x a': 'b' } })).status, 400)
  t.equal((await answerTo({ rawHeaders: ['host', 'a', 'x:a', 1] })).status, 400)
})

/** Answers a request that is a plain object, as some tests make them. */
async function answerByHand(request: object, options: ToNodeOptions = {}) {
  const response = new ServerResponse(request as never)
  const sink = new PassThrough()
  let received = ''
  sink.on('data', (data) => {
    received += data
  })
  response.assignSocket(sink as never)
  const ended = new Promise((resolve) => response.on('finish', resolve))
  await using listener = toNode(app, { lifespan: 'off', ...options })
  listener(request as never, response)
  await ended
  sink.read()
  const [, text = ''] = /\r\n\r\n(.*)$/s.exec(received) ?? []
  return { status: response.statusCode, text }
}

t.test('a plain object is served as HTTP/1.1 without a peer', async (t) => {
  const plain = { method: 'GET', url: '/x' }
  const given = [plain, { ...plain, headers: {} }, { ...plain, headers: { host: '' }, socket: {} }]
  for (const request of given) {
    const { status, text } = await answerByHand(request)

    t.equal(status, 200)
    t.match(JSON.parse(text), { fields: ['host', ''], client: null, scheme: 'http', text: '' })
  }
})

t.test('an error before there is a scope shows the request', async (t) => {
  const told: unknown[] = []
  const { status } = await answerByHand(
    { method: 'PUT', url: '/x?y' },
    {
      state: () => {
        throw new Error('no user')
      },
      onError: (error, scope) => void told.push(error, scope),
    },
  )

  t.equal(status, 500)
  t.match(told, [{ message: 'no user' }, { type: 'http', method: 'PUT', rawPath: '/x' }])
})
