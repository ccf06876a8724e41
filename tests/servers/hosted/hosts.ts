// In the servers of others: what they put around a response, and what they do with a request.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect as connectHTTP2, constants, createSecureServer } from 'node:http2'
import { createServer as createTLSServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import compression from 'compression'
import express from 'express'
import session from 'express-session'
import fastify from 'fastify'
import helmet from 'helmet'
import t from 'tap'
import { PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { Mount, Route, Router } from '../../../lib/routing.ts'
import { toNode } from '../../../lib/servers/hosted.ts'
import { CERTIFICATE } from '../../support/certificate.ts'
import { hostServer, middlewareHosts } from '../../support/hosts.ts'
import { answer, bodyOf, dechunked, httpApp, request } from '../../support/sockets.ts'

declare module 'express-session' {
  interface SessionData {
    count: number
  }
}

const routes = Router([
  Route('/', () => new PlainTextResponse('home')),
  Route('/long', () => new PlainTextResponse('long '.repeat(1000))),
  Route('/stream', () => {
    async function* parts() {
      for (let n = 0; n < 3; n++) yield 'part '.repeat(500)
    }
    return new StreamingResponse(parts(), { mediaType: 'text/plain' })
  }),
  Route('/cookie', () => new PlainTextResponse('').setCookie('ours', '1')),
  Route('/state', ({ state }) => new PlainTextResponse(JSON.stringify(state))),
])

t.test('compression of the host works, for whole bodies and streams', async (t) => {
  const host = express()
  host.use(compression(), toNode(routes))
  const { talk } = await hostServer(t, host)
  for (const [path, text] of [
    ['/long', 'long '.repeat(1000)],
    ['/stream', 'part '.repeat(1500)],
  ] as const) {
    const received = await talk(
      request(`GET ${path}`, ['accept-encoding: gzip', 'connection: close']),
    )
    t.match(received, /\r\ncontent-encoding: gzip\r\n/i)
    t.notMatch(received, /content-length/i)
    const body = Buffer.from(dechunked(bodyOf(received)), 'latin1')
    t.equal(gunzipSync(body).toString(), text)
  }
})

t.test('sessions and fields of the host work, beside cookies of the app', async (t) => {
  const host = express()
  host.use(helmet(), session({ secret: 'x', resave: false, saveUninitialized: true }))
  host.use((request, response, next) => {
    request.session.count = (request.session.count ?? 0) + 1
    response.cookie('theirs', '1')
    next()
  })
  host.use(toNode<express.Request>(routes, { state: ({ session: { count } }) => ({ count }) }))
  const { url } = await hostServer(t, host)
  const first = await fetch(`${url}/cookie`)
  const names = first.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
  t.same(names, ['theirs', 'ours', 'connect.sid'])
  t.equal(first.headers.get('x-frame-options'), 'SAMEORIGIN')

  const cookie = first.headers.getSetCookie().find((field) => field.startsWith('connect.sid')) ?? ''
  const second = await fetch(`${url}/state`, { headers: { cookie } })
  t.equal(await second.text(), '{"count":2}')
})

t.test('below routers of the host, at any depth, the path is complete', async (t) => {
  const where = httpApp((scope, _receive, send) =>
    answer(send, [scope.rootPath, scope.path, scope.rawPath].join(' ')),
  )
  const outer = express()
  const inner = express()
  const router = express.Router()
  router.use('/:id', toNode(where))
  inner.use('/b', router)
  outer.use('/a', inner)
  const { ask } = await hostServer(t, outer)

  t.same(await ask('/a/b/x%20y/c%2Fd'), [200, '/a/b/x y /a/b/x y/c/d /a/b/x%20y/c%2Fd'])
})

t.test('a mount of Stellula and the prefix of a host are one prefix', async (t) => {
  for (const [name, host] of middlewareHosts()) {
    const seen = httpApp((scope, _receive, send) => answer(send, scope.rootPath))
    host.use('/a', toNode(Router([Mount('/b', seen)])))
    const { ask, url } = await hostServer(t, createServer(host))
    t.same(await ask('/a/b/c'), [200, '/a/b'], name)
    const { status, headers } = await fetch(`${url}/a/b`, { redirect: 'manual' })
    t.same([status, headers.get('location')], [307, `${url}/a/b/`], name)
  }
})

t.test('Fastify passes a raw route', async (t) => {
  const host = fastify()
  const listener = toNode(Router([Mount('/ours', routes)]))
  // Bodies are left to the app.
  host.removeAllContentTypeParsers()
  host.addContentTypeParser('*', (_request, _payload, done) => done(null))
  host.all('/ours/*', (request, reply) => {
    reply.hijack()
    listener(request.raw, reply.raw)
  })
  const url = await host.listen({ port: 0, host: '127.0.0.1' })
  t.teardown(() => host.close())

  t.equal(await (await fetch(`${url}/ours/`)).text(), 'home')
  t.equal((await fetch(`${url}/ours/`, { method: 'POST', body: 'x' })).status, 405)
})

t.test('over TLS the scheme is https, in both versions', async (t) => {
  const seen = httpApp((scope, _receive, send) =>
    answer(send, `${scope.scheme} ${scope.httpVersion}`),
  )
  const listener = toNode(seen)
  const tls = createTLSServer(CERTIFICATE, listener)
  // Its types are those of HTTP/2 only, though it serves both.
  const both = createSecureServer({ ...CERTIFICATE, allowHTTP1: true }, listener as never)
  for (const server of [tls, both]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const { port } = server.address() as AddressInfo
    const [response] = await once(
      get({ port, host: '127.0.0.1', rejectUnauthorized: false, agent: false }),
      'response',
    )
    const [body] = await once(response, 'data')
    t.equal(String(body), 'https 1.1')
  }
  const { port } = both.address() as AddressInfo
  const client = connectHTTP2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  t.teardown(() => client.destroy())
  const stream = client.request({ ':path': '/' })
  const [headers] = await once(stream, 'response')
  const [text] = await once(stream, 'data')
  t.equal(headers[constants.HTTP2_HEADER_STATUS], 200)
  t.equal(String(text), 'https 2')
})
