import { createServer } from 'node:https'
import express from 'express'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { proxy } from '../../lib/interop/proxy.ts'
import { proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { PlainTextResponse, RedirectResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import type { App, LifespanScope } from '../../lib/types.ts'
import { CERTIFICATE } from '../support/certificate.ts'
import { hostServer, rawUpstream } from '../support/hosts.ts'
import { proxied } from '../support/proxied.ts'
import {
  bodyOf,
  dechunked,
  eventually,
  listening,
  request,
  soon,
  statuses,
} from '../support/sockets.ts'

const CLOSE = ['connection: close']

/** An upstream that echoes the request. */
function telling(t: Parameters<typeof hostServer>[0]) {
  return hostServer(t, (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const { method, url, rawHeaders } = request
      response.end(JSON.stringify({ method, url, rawHeaders, body: String(Buffer.concat(parts)) }))
    })
  })
}

t.test('throws for an invalid target', async (t) => {
  t.throws(() => proxy('/v1'), { name: 'TypeError', message: /^proxy: the target must be an http/ })
})

t.test('sends the whole request to the upstream', async (t) => {
  const { url, port } = await telling(t)
  const { talk } = await listening(t, Mount('/api', proxy(`${url}/v1`, { via: 'me' })))
  const told = [
    ...['x-forwarded-for', '127.0.0.1', 'x-forwarded-host', 'test', 'x-forwarded-proto', 'http'],
    ...['x-forwarded-prefix', '/api', 'via', '1.1 me'],
  ]
  const host = ['host', `127.0.0.1:${port}`]
  const alive = ['Connection', 'keep-alive']
  const length = ['content-length', '5']
  const chunked = ['transfer-encoding', 'chunked']
  for (const [asked, expected] of [
    [request('GET /api/a?b', CLOSE), { method: 'GET', url: '/v1/a?b', framing: [], body: '' }],
    [
      request('POST /api/a', [...CLOSE, 'content-length: 5'], 'hello'),
      { method: 'POST', url: '/v1/a', framing: length, body: 'hello' },
    ],
    [
      request('PUT /api/', [...CLOSE, 'transfer-encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'),
      { method: 'PUT', url: '/v1/', framing: chunked, body: 'hello' },
    ],
    [
      request('DELETE /api/', [...CLOSE, 'content-length: 5'], 'hello'),
      { method: 'DELETE', url: '/v1/', framing: length, body: 'hello' },
    ],
    [
      request('GET /api/', [...CLOSE, 'transfer-encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'),
      { method: 'GET', url: '/v1/', framing: chunked, body: 'hello' },
    ],
    [
      request('PATCH /api/', CLOSE),
      { method: 'PATCH', url: '/v1/', framing: ['content-length', '0'], body: '' },
    ],
    [request('DELETE /api/', CLOSE), { method: 'DELETE', url: '/v1/', framing: [], body: '' }],
  ] as const) {
    const { framing, ...rest } = expected
    const received = await talk(asked)
    const body = /\r\ntransfer-encoding/i.test(received)
      ? dechunked(bodyOf(received))
      : bodyOf(received)
    t.same(
      JSON.parse(body),
      { ...rest, rawHeaders: [...host, ...told, ...framing, ...alive] },
      asked,
    )
  }
})

t.test('and the whole response to the client', async (t) => {
  const { url } = await hostServer(t, (request, response) => {
    const status = Number(request.url?.slice(1))
    response.writeHead(status, ['X-A', '1', 'Set-Cookie', 'a', 'x-a', '2', 'Set-Cookie', 'b'])
    response.end(status === 204 || status === 304 ? undefined : 'body')
  })
  const { talk } = await proxied(t, url)
  for (const status of [200, 204, 304, 404, 500, 599]) {
    const received = await talk(request(`GET /${status}`, CLOSE))
    t.match(received, new RegExp(`^HTTP/1.1 ${status} `))
    t.match(received, '\r\nx-a: 1\r\nset-cookie: a\r\nx-a: 2\r\nset-cookie: b\r\n')
    t.equal(received.includes('body'), status !== 204 && status !== 304)
  }
})

t.test('a HEAD has the fields of a GET, and connections stay open', async (t) => {
  const { url, server } = await hostServer(t, (_request, response) => {
    response.setHeader('content-length', '4').end('body')
  })
  let connections = 0
  server.on('connection', () => connections++)
  const { connect } = await proxied(t, url)
  const client = await connect()
  for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) {
    client.send(request(`${method} /`))
    const count = client.received.split('content-length: 4').length
    await eventually(() => client.received.split('content-length: 4').length > count, method)
    if (method === 'GET') await eventually(() => /body$/.test(client.received), 'the body')
  }

  t.equal(client.received.split('body').length, 3)
  t.equal(connections, 1)
})

t.test('the Host may be kept, and the forwarded fields be replaced', async (t) => {
  const { url } = await telling(t)
  const { talk } = await proxied(t, url, { keepHost: true, forwarded: 'forwarded', via: false })
  const { rawHeaders } = JSON.parse(bodyOf(await talk(request('GET /', CLOSE))))

  t.same(rawHeaders.slice(0, 4), [
    'host',
    'test',
    'forwarded',
    'for=127.0.0.1;host=test;proto=http',
  ])
})

t.test('with the Host kept, redirects to it stay below the mount', async (t) => {
  const { url } = await hostServer(t, (request, response) => {
    const { host } = request.headers
    response.writeHead(302, { location: `http://${host}/v1/login` }).end()
  })
  const app = Router([Mount('/api', proxy(`${url}/v1`, { keepHost: true }))])
  const { talk } = await listening(t, app)

  t.match(await talk(request('GET /api/x', CLOSE)), /\r\nlocation: \/api\/login\r\n/i)
})

t.test('an upstream that uses the prefix redirects below the mount, once', async (t) => {
  const upstream = Application({
    middleware: [proxyHeaders({ trusted: ['loopback'], prefix: true })],
    routes: [
      Route('/', () => new RedirectResponse('/api/home')),
      Route('/absolute', (request) => new RedirectResponse(request.urlFor('home'))),
      Route('/home', () => new PlainTextResponse('home'), { name: 'home' }),
    ],
  })
  const { server } = await listening(t, upstream)
  const { talk } = await listening(t, Router([Mount('/api', proxy(server.url ?? ''))]))

  for (const path of ['/api/', '/api/absolute']) {
    t.match(await talk(request(`GET ${path}`, CLOSE)), /\r\nlocation: \/api\/home\r\n/i, path)
  }
})

t.test('fields may be changed in both directions', async (t) => {
  const { url } = await telling(t)
  const { talk } = await proxied(t, url, {
    requestHeaders: (headers, scope) => headers.set('x-path', scope.path),
    responseHeaders: (headers, scope) => headers.set('x-method', scope.method).delete('date'),
  })
  const received = await talk(request('GET /a', [...CLOSE, 'x-path: evil']))

  t.match(received, /"x-path","\/a"/)
  t.match(received, /\r\nx-method: GET\r\n/)
})

t.test('an Express app below a mount, with its redirects and cookies', async (t) => {
  const upstream = express()
  upstream.get('/v1/login', (_request, response) => {
    response.cookie('a', 'b', { path: '/v1', domain: 'upstream.internal' }).redirect('/v1/home')
  })
  upstream.post('/v1/json', express.json(), (request, response) => void response.json(request.body))
  const { url } = await hostServer(t, upstream)
  const app = Application({ routes: [Mount('/api', proxy(`${url}/v1`, { rewriteCookies: true }))] })
  const { server } = await listening(t, app)
  const login = await fetch(`${server.url}/api/login`, { redirect: 'manual' })

  t.equal(login.status, 302)
  t.equal(login.headers.get('location'), '/api/home')
  t.equal(login.headers.get('set-cookie'), 'a=b; Path=/api')
  const headers = { 'content-type': 'application/json' }
  const posted = await fetch(`${server.url}/api/json`, { method: 'POST', body: '{"a":1}', headers })
  t.same(await posted.json(), { a: 1 })
})

t.test('a path that leaves the target, and an invalid target, get 400', async (t) => {
  const { url, connections } = await rawUpstream(t, () => {})
  const { talk } = await proxied(t, `${url}/v1`)
  for (const line of ['GET /../x', 'GET /%2e%2e/x', 'GET /a/..;/x', 'OPTIONS *']) {
    t.same(statuses(await talk(request(line, CLOSE))), [400], line)
  }
  t.equal(connections.total, 0)
})

t.test('an upstream over TLS is verified by its certificate, whatever the Host is', async (t) => {
  const seen: unknown[] = []
  const secure = createServer(CERTIFICATE, (request, response) =>
    response.end(request.headers.host),
  )
  secure.on('secureConnection', ({ servername }) => seen.push(servername))
  const { port } = await hostServer(t, secure)
  const tls = { ca: CERTIFICATE.cert }
  const { talk } = await proxied(t, `https://localhost:${port}`, { keepHost: true, tls })
  const { talk: distrust, failures } = await proxied(t, `https://127.0.0.1:${port}`)
  for (const host of ['test', 'other']) {
    const received = await talk(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    t.equal(bodyOf(received), host)
  }

  t.same(seen, ['localhost'], 'one connection, with the name of the target')
  t.same(statuses(await distrust(request('GET /', CLOSE))), [502])
  t.match(failures, [/self-signed certificate/])
})

t.test('a looping request is rejected', async (t) => {
  let seen = 0
  let around: App = () => Promise.reject(new Error('too early'))
  const { server } = await listening(
    t,
    (scope, receive, send) => {
      seen++
      return around(scope, receive, send)
    },
    { lifespan: 'off' },
  )
  around = proxy(`${server.url}/x`)
  const response = await fetch(`${server.url}/`)

  t.equal(response.status, 508)
  t.equal(await response.text(), 'Loop Detected')
  t.equal(seen, 2)
})

t.test('errors are written to stderr without onError', async (t) => {
  const log = t.capture(console, 'error')
  const { talk } = await listening(t, proxy('http://127.0.0.1:9'))
  await talk(request('GET /a%20b?secret', CLOSE))

  t.match(log()[0]?.args, ['proxy: GET /a%20b: connect ECONNREFUSED 127.0.0.1:9'])
})

t.test('exception handlers answer errors of the upstream', async (t) => {
  const app = Application({
    routes: [Mount('/', proxy('http://127.0.0.1:9', { onError: () => {} }))],
    exceptionHandlers: [[502, () => new PlainTextResponse('later', { status: 502 })]],
  })
  const { talk } = await listening(t, app)

  t.match(await talk(request('GET /', CLOSE)), /^HTTP\/1\.1 502 .*later$/s)
})

t.test('closes its connections with itself and with the server', async (t) => {
  const { url, connections } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')
  })
  const first = await proxied(t, url, { keepAliveTimeoutMs: 60_000 })
  t.match(await first.talk(request('GET /', CLOSE)), /ok$/)
  t.equal(connections.open, 1)
  await first.server.close()
  await eventually(() => connections.open === 0, 'the close')

  {
    await using app = proxy(url, { keepAliveTimeoutMs: 60_000 })
    const { talk } = await listening(t, Router([Mount('/', app)]))
    await talk(request('GET /', CLOSE))
    t.equal(connections.open, 1)
    await app.close()
    t.same(statuses(await talk(request('GET /', CLOSE))), [503])
  }
  await eventually(() => connections.open === 0, 'the close')
})

t.test('rejects unknown scopes', async (t) => {
  const scope = { type: 'other' } as unknown as LifespanScope
  const app = proxy('http://127.0.0.1:9')

  await t.rejects(
    app(
      scope,
      async () => ({ type: 'http.disconnect' }),
      async () => {},
    ),
    {
      name: 'UnsupportedProtocol',
    },
  )
  await soon(app.close(), 'the close')
})
