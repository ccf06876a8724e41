// Advisories of other projects about proxies, and about apps inside of other servers, where two
// readers took a request, or a response, for two things.
import express from 'express'
import t from 'tap'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import type { App } from '../../lib/types.ts'
import { hostServer, middlewareHosts, rawUpstream } from '../support/hosts.ts'
import { proxied } from '../support/proxied.ts'
import { answer, bodyOf, httpApp, listening, request, statuses } from '../support/sockets.ts'

const CLOSE = ['connection: close']
const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const stop: App = (scope, receive, send) =>
  new PlainTextResponse('stop', { status: 401 }).respond(scope, receive, send)
const where = httpApp((scope, _receive, send) =>
  answer(send, `${scope.rootPath} ${scope.path.slice(scope.rootPath.length)}`),
)

t.test('CVE-2026-33805: Connection cannot remove fields that the proxy adds', async (t) => {
  const { url, received } = await rawUpstream(t, (socket) => {
    socket.write(
      'HTTP/1.1 200 OK\r\nconnection: x-inner, set-cookie\r\nx-inner: 1\r\nx-end: 1\r\ncontent-length: 2\r\n\r\nok',
    )
  })
  const { talk } = await proxied(t, url, {
    requestHeaders: (headers) => headers.set('x-auth', 'ada'),
  })
  const listed = 'connection: close, x-auth, x-forwarded-for, x-forwarded-proto, via, host'
  const answered = await talk(request('GET /', [listed, 'x-auth: evil', 'x-forwarded-for: evil']))

  t.match(received[0], /\r\nx-forwarded-for: 127\.0\.0\.1\r\n/)
  t.match(received[0], /\r\nx-forwarded-proto: http\r\n/)
  t.match(received[0], /\r\nvia: 1\.1 stellula-/)
  t.match(received[0], /\r\nx-auth: ada\r\n/)
  t.notMatch(received[0], /evil/)
  t.match(answered, /\r\nx-end: 1\r\n/)
  t.notMatch(answered, /x-inner/)
})

t.test('CVE-2021-21321 CVE-2021-21322 CVE-2023-51701: no path leaves the target', async (t) => {
  const { url, received } = await rawUpstream(t, (socket) => socket.write(OK))
  const { talk } = await proxied(t, `${url}/v1`)
  for (const path of [
    '/%2e%2e/x',
    '/../x',
    '/a/..%2f..%2fx',
    '/..%5cx',
    '/..;/x',
    '/%252e%252e/x',
    '/.%2e/x',
    '/..%00/x',
  ]) {
    t.same(statuses(await talk(request(`GET ${path}`, CLOSE))), [400], path)
  }
  t.same(received, [])

  const type = 'application/json;  charset=UTF-8 ; x="y"'
  const body = request('POST /', [...CLOSE, `content-type: ${type}`, 'content-length: 2'], '{}')
  t.match(await talk(body), /ok$/)
  t.ok(received[0]?.includes(`\r\ncontent-type: ${type}\r\n`), 'byte for byte')
})

t.test('CVE-2026-1525 CVE-2026-1527: a request cannot be hidden in another one', async (t) => {
  const { url, received, connections } = await rawUpstream(t, (socket) => socket.write(OK))
  const { talk } = await proxied(t, url)
  const hidden = 'GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n'
  for (const fields of [
    ['content-length: 3', 'transfer-encoding: chunked'],
    ['content-length: 3', 'content-length: 4'],
    ['content-length: 3, 3'],
    ['transfer-encoding: chunked', 'transfer-encoding: chunked'],
    ['transfer-encoding: chunked, gzip'],
    ['transfer-encoding: xchunked'],
    ['transfer-encoding : chunked'],
    ['content-length: +3'],
    ['upgrade: x\rtransfer-encoding: chunked'],
    ['x: y\rz'],
  ]) {
    const statusesOf = statuses(
      await talk(request('POST /', [...CLOSE, ...fields], `0\r\n\r\n${hidden}`)),
    )
    t.match(statusesOf, [/^(?:400|501)$/], fields.join())
  }
  t.equal(connections.total, 0)
  t.match(
    await talk(
      request('POST /', [...CLOSE, 'connection: content-length', 'content-length: 2'], 'ab'),
    ),
    /ok$/,
  )
  t.match(received[0], /\r\ncontent-length: 2\r\n.*\r\n\r\nab$/s)
})

t.test('a response that breaks off is not passed on as complete (row 120)', async (t) => {
  const { url } = await rawUpstream(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n')
    setTimeout(() => socket.destroy(), 10)
  })
  const { talk } = await proxied(t, url)

  t.match(await talk(request('GET /', CLOSE)), /\r\n4\r\nhalf\r\n$/)
})

t.test('CVE-2026-33490: a prefix of a host framework matches only whole segments', async (t) => {
  for (const [name, host] of middlewareHosts()) {
    host.use('/admin', toNode(where))
    const { ask } = await hostServer(t, host)
    for (const path of ['/administrator', '/admin-x', '/adminx/y']) {
      t.equal((await ask(path))[0], 404, `${name} ${path}`)
    }
    t.same(await ask('/admin/'), [200, '/admin /'], name)
  }
})

t.test(
  'CVE-2026-47676: the prefix of a host framework is removed once, from the decoded path',
  async (t) => {
    const host = express()
    host.use('/:name', toNode(where))
    const { ask } = await hostServer(t, host)

    t.same(await ask('/donn%C3%A9es/x'), [200, '/données /x'])
    t.same(await ask('/%64onn%c3%a9es/x%252Fy'), [200, '/données /x%2Fy'])
    t.same(await ask('/a%2Fb/c'), [200, '/a/b /c'])
  },
)

t.test(
  'CVE-2026-2880 CVE-2026-39407 CVE-2026-29087: a guard and its route match the same paths in a host framework',
  async (t) => {
    const guarded = Router([
      Mount('/admin', Router([Route('/{path:path}', () => new PlainTextResponse('secret'))]), {
        middleware: [() => stop],
      }),
      Route('/{path:path}', () => new PlainTextResponse('open')),
    ])
    const alone = await listening(t, guarded)
    const host = express()
    host.use('/a/b', toNode(guarded))
    const { talk } = await hostServer(t, host)
    for (const path of [
      '/admin/x',
      '/%61dmin/x',
      '//admin/x',
      '/admin//x',
      '/./admin/x',
      '/x/../admin/x',
      '/admin%2Fx',
      '/admin%5Cx',
      '/admin;a/x',
    ]) {
      const inHost = await talk(request(`GET /a/b${path}`, CLOSE))
      t.notMatch(inHost, /secret/, path)
      const outside = await alone.talk(request(`GET ${path}`, CLOSE))
      t.same(statuses(inHost), statuses(outside), path)
      t.equal(bodyOf(inHost), bodyOf(outside), path)
    }
  },
)
