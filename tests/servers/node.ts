import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { platform } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { type ServeOptions, serve } from '../../lib/servers/node.ts'
import type { App } from '../../lib/types.ts'
import {
  answer,
  bodyOf,
  httpApp,
  listening,
  RawClient,
  request,
  soon,
  statuses,
} from '../support/sockets.ts'

const CLOSE = ['connection: close']
const fine = httpApp((_scope, _receive, send) => answer(send, 'fine'))

/** An app with a lifespan that keeps what it goes through. */
function living(seen: string[], failing: 'startup' | 'shutdown' | '' = ''): App {
  return async (scope, receive, send) => {
    if (scope.type !== 'lifespan') return answer(send, 'fine')
    for (const phase of ['startup', 'shutdown'] as const) {
      await receive()
      seen.push(phase)
      if (failing === phase) await send({ type: `lifespan.${phase}.failed`, message: 'no luck' })
      else await send({ type: `lifespan.${phase}.complete` })
    }
  }
}

/** Whether anybody listens there. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port)
  return new Promise((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  }).then((listens) => {
    socket.destroy()
    return listens === true
  })
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = await serve(fine, { port: 0, signals: [] })
  await server.close()
  return server.address.port ?? 0
}

t.test('accepts a root path that paths can follow', async (t) => {
  for (const rootPath of ['api', '/api/', '/', '/a?b', '/a#b']) {
    await t.rejects(serve(fine, { rootPath, port: 0, signals: [] }), {
      name: 'TypeError',
      message:
        /^serve: rootPath must be empty or a path without a slash at its end, ".*" was given/,
    })
  }
  const server = await serve(fine, { rootPath: '/a', port: 0, signals: [] })
  await server.close()
})

t.test('accepts apps only', async (t) => {
  const wrong: unknown = { fetch: fine }

  await t.rejects(serve(wrong as App), {
    name: 'TypeError',
    message:
      /^serve: it takes an app \(scope, receive, send\) => …, an object was given\. Pass the result/,
  })
})

t.test('listens at the given address', async (t) => {
  const { server, port } = await listening(t, fine)
  t.equal(server.url, `http://127.0.0.1:${port}`)
  t.same(server.address, { host: '127.0.0.1', port })

  t.equal(await (await fetch(`${server.url}/`)).text(), 'fine')
  const [response] = await once(get(`${server.url}/`), 'response')
  t.equal(response.statusCode, 200)
  response.resume()
})

t.test('listens on IPv6, with brackets in its url', async (t) => {
  const server = await serve(fine, { port: 0, host: '::1', signals: [] }).catch(() => undefined)
  if (server === undefined) {
    t.pass('there is no IPv6 here')
    return
  }
  t.teardown(server.close)

  t.equal(server.url, `http://[::1]:${server.address.port}`)
  t.equal(await (await fetch(`${server.url}/`)).text(), 'fine')
})

t.test('runs the startup before it listens, and the shutdown after closing', async (t) => {
  const seen: string[] = []
  const port = await freePort()
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'lifespan') t.notOk(await answers(port), 'nothing listens yet')
    await living(seen)(scope, receive, send)
  }
  const server = await serve(app, { port, signals: [] })
  t.same(seen, ['startup'])
  t.ok(await answers(port))

  await server.close()

  t.same(seen, ['startup', 'shutdown'])
  t.notOk(await answers(port))
  await server.closed
})

t.test('a failed startup leaves no open port (advisory 127)', async (t) => {
  const port = await freePort()
  const failing: [App, RegExp][] = [
    [living([], 'startup'), /lifespan: the startup failed\. no luck/],
    [
      async (_scope, receive) => {
        await receive()
        throw new Error('broken')
      },
      /lifespan: the startup failed\. See the cause/,
    ],
  ]
  for (const [app, message] of failing) {
    await t.rejects(serve(app, { port, signals: [] }), { message })
    t.notOk(await answers(port))
  }
})

t.test('a failed shutdown rejects close and closed', async (t) => {
  const { server } = await listening(t, living([], 'shutdown'))

  await t.rejects(server.close(), { message: /lifespan: the shutdown failed\. no luck/ })
  await t.rejects(server.closed, { message: /the shutdown failed/ })
})

t.test('an app without a lifespan has no state', async (t) => {
  const seen: unknown[] = []
  const { talk } = await listening(
    t,
    async (scope, _receive, send) => {
      seen.push(scope.type, scope.state)
      await answer(send, '')
    },
    { lifespan: 'off' },
  )
  await talk(request('GET /', CLOSE))

  t.same(seen, ['http', undefined])
})

t.test('a port in use is an error, and the app is shut down', async (t) => {
  const seen: string[] = []
  const { port } = await listening(t, fine)

  await t.rejects(serve(living(seen), { port, signals: [] }), { code: 'EADDRINUSE' })

  t.same(seen, ['startup', 'shutdown'])
})

t.test('invalid options throw before the app starts', async (t) => {
  const seen: string[] = []
  const impossible: ServeOptions = { headersTimeoutMs: 200, requestTimeoutMs: 100, signals: [] }

  await t.rejects(serve(living(seen), { ...impossible, port: 0 }), { code: 'ERR_OUT_OF_RANGE' })
  t.same(seen, [])
  await t.rejects(
    serve(living(seen), { port: 70_000, signals: [] }),
    /serve: port must be an integer from 0 to 65535, 70000 was given/,
  )
  t.same(seen, [])
})

t.test('an unavailable address is an error that ends the lifespan', async (t) => {
  const seen: string[] = []
  await t.rejects(serve(living(seen), { host: '192.0.2.1', port: 0, signals: [] }), {
    code: 'EADDRNOTAVAIL',
  })
  t.same(seen, ['startup', 'shutdown'])
})

t.test('listens on a unix socket', { skip: platform() === 'win32' }, async (t) => {
  const path = join(t.testdir(), 'server.sock')
  const app = httpApp((scope, _receive, send) =>
    answer(send, JSON.stringify([scope.client, scope.server])),
  )
  const { server, talk } = await listening(t, app, { path })
  t.same(server.address, { host: path, port: null })
  t.equal(server.url, undefined)

  t.equal(
    bodyOf(await talk(request('GET /', CLOSE))),
    JSON.stringify([null, { host: path, port: null }]),
  )
  await server.close()
  t.notOk(existsSync(path))
})

t.test('an AbortSignal closes it', async (t) => {
  const seen: string[] = []
  const controller = new AbortController()
  const { server, port } = await listening(t, living(seen), { signal: controller.signal })

  controller.abort()

  await soon(server.closed, 'the close')
  t.same(seen, ['startup', 'shutdown'])
  t.notOk(await answers(port))
})

t.test('an aborted AbortSignal prevents the start', async (t) => {
  const reason = new Error('not today')
  const seen: string[] = []
  const signal = AbortSignal.abort(reason)
  await t.rejects(serve(living(seen), { port: 0, signals: [], signal }), reason)
  t.same(seen, [])

  const port = await freePort()
  const controller = new AbortController()
  const app: App = async (scope, receive, send) => {
    controller.abort(reason)
    await living(seen)(scope, receive, send)
  }
  await t.rejects(serve(app, { port, signals: [], signal: controller.signal }), reason)
  t.same(seen, ['startup', 'shutdown'])
  t.notOk(await answers(port))

  const late = new AbortController()
  const started = serve(living([]), { host: 'localhost', port, signals: [], signal: late.signal })
  setImmediate(() => late.abort(reason))
  const server = await started.catch((error: unknown) => error)
  if (server !== reason) await soon(started, 'the server').then(({ closed }) => closed)
  t.notOk(await answers(port))
})

t.test('HTTP/1.0 keeps its connection only on request', async (t) => {
  const { connect, talk } = await listening(t, fine)

  t.match(await talk('GET / HTTP/1.0\r\n\r\n'), /\r\nconnection: close\r\n/i)
  const client = await connect()
  client.send('GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n')
  t.match(await client.until('fine'), /\r\nconnection: keep-alive\r\n/i)
  client.send('GET / HTTP/1.0\r\n\r\n')
  t.same(statuses(await client.end()), [200, 200])
})

t.test('errors are written to stderr without onError', async (t) => {
  const error = new Error('broken')
  const server = await serve(() => Promise.reject(error), {
    port: 0,
    lifespan: 'off',
    signals: [],
  })
  t.teardown(server.close)
  const log = t.capture(console, 'error')
  const client = new RawClient(connect(server.address.port ?? 0))
  client.send(request('GET /a%0ab', CLOSE))

  t.same(statuses(await client.end()), [500])
  const [logged, ...others] = log().map(({ args }) => args)
  t.match(logged?.[0], /^GET \/a%0ab: Error: broken\n +at /)
  t.same(others, [])
})
