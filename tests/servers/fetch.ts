import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { UnsupportedProtocol } from '../../lib/exceptions.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { type FetchApp, toFetch, type Upgrade, webSockets } from '../../lib/servers/fetch.ts'
import type { App } from '../../lib/types.ts'

function get(handler: FetchApp, path = '/'): Promise<globalThis.Response> {
  return handler(new globalThis.Request(`http://example.org${path}`))
}

t.test('answers requests', async (t) => {
  const app = Application({
    routes: [
      Route('/', (request) => new PlainTextResponse(`hello ${request.url}`)),
      Route('/json', async (request) => new JSONResponse(await request.json()), {
        methods: ['POST'],
      }),
    ],
  })
  await using handler = toFetch(app)

  t.equal(await (await get(handler)).text(), 'hello http://example.org/')
  const post = new globalThis.Request('http://example.org/json', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  })
  t.same(await (await handler(post)).json(), { a: 1 })
  t.equal((await get(handler, '/none')).status, 404)
})

t.test('the lifespan starts once, with the first request, and stops at the end', async (t) => {
  const log: string[] = []
  const app = Application({
    routes: [Route('/', ({ state }) => new PlainTextResponse(String(state['db'])))],
    lifespan: async function* () {
      log.push('start')
      await new Promise((resolve) => setTimeout(resolve, 5))
      yield { db: 'connected' }
      log.push('stop')
    },
  })
  const handler = toFetch(app)

  t.same(log, [])
  const answers = await Promise.all([get(handler), get(handler)])
  for (const answer of answers) t.equal(await answer.text(), 'connected')
  await handler.start()
  t.same(log, ['start'])
  await handler.close()
  await handler.close()
  t.same(log, ['start', 'stop'])
  t.equal((await get(handler)).status, 503)
})

t.test('a failed startup is reported, answered with 500, and tried again', async (t) => {
  const errors: unknown[] = []
  let fails = true
  const app = Application({
    routes: [Route('/', () => new PlainTextResponse('up'))],
    lifespan: async function* () {
      if (fails) throw new Error('no database')
      yield {}
    },
  })
  const handler = toFetch(app, { onError: (error) => errors.push(error) })

  t.equal((await get(handler)).status, 500)
  t.match(errors, [{ message: /startup failed/ }])
  await t.rejects(handler.start(), /startup failed/)
  fails = false
  t.equal(await (await get(handler)).text(), 'up')
  await handler.close()
})

t.test('closing waits for background work', async (t) => {
  let done = false
  const background = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 10))
    done = true
  }
  const handler = toFetch(
    Application({ routes: [Route('/', () => new PlainTextResponse('x', { background }))] }),
  )
  await get(handler)

  t.notOk(done)
  await handler.close()
  t.ok(done)
})

t.test('closing a server that was never started does nothing', async (t) => {
  const handler = toFetch(async () => {
    t.fail('not called')
  })

  await handler.close()
})

t.test('an app without a lifespan has no state, and fails if one is required', async (t) => {
  const app: App = async (scope, _receive, send) => {
    if (scope.type !== 'http') throw new Error('http only')
    await new PlainTextResponse(String(scope.state)).respond(scope, _receive, send)
  }
  t.equal(await (await get(toFetch(app, { lifespan: 'off' }))).text(), 'undefined')
  await t.rejects(toFetch(app, { lifespan: 'on', onError: () => {} }).start(), /lifespan/)
})

t.test('errors are written to stderr without onError', async (t) => {
  const log = t.capture(console, 'error')
  const handler = toFetch(() => Promise.reject(new Error('a bug')), { lifespan: 'off' })

  t.equal((await get(handler, '/x')).status, 500)
  t.match(log()[0]?.args[0], /^GET \/x: Error: a bug/)
})

t.test('a value that is not an app throws immediately', async (t) => {
  t.throws(() => toFetch({} as App), /^toFetch: it takes an app/)
  t.throws(() => toFetch(async () => {}, { rootPath: 'x' }), /^toFetch: rootPath must be/)
  const upgrade = (): globalThis.Response => new globalThis.Response()
  t.throws(
    () => toFetch(async () => {}, { upgrade: upgrade as never }),
    /^toFetch: the option upgrade must come from webSockets\(\), a function was given\./,
  )
})

t.test('an app is the same after conversion to fetch and back', async (t) => {
  const app = Application({ routes: [Route('/', ({ client }) => new JSONResponse(client))] })
  const handler = toFetch(fromFetch(toFetch(app)))
  const info = { client: { host: '10.0.0.1', port: 7 } }

  const response = await handler(new globalThis.Request('http://h/'), info)

  t.same(await response.json(), { host: '10.0.0.1', port: 7 })
})

t.test('an app that continues after its answer still has its client', async (t) => {
  let isOver = false
  const requestIP = () => (isOver ? null : { address: '::1', port: 1 })
  const seen: unknown[] = []
  const handler = toFetch(async (scope, _receive, send) => {
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    await send({ type: 'http.response.start', status: 204, headers: [] })
    await send({ type: 'http.response.body' })
    seen.push(scope.client)
  })
  await handler.start()

  const answer = handler(new globalThis.Request('http://h/'), { requestIP })
  isOver = true
  await answer
  await handler.close()

  t.same(seen, [{ host: '::1', port: 1 }])
})

t.test('the fragment of a URL is not part of the target', async (t) => {
  await using handler = toFetch(
    Route('/{rest:path}', ({ scope: { path, rawPath, queryString } }) => {
      return new JSONResponse([path, rawPath, queryString])
    }),
  )
  for (const [path, expected] of [
    ['/a%23b#c', ['/a#b', '/a%23b', '']],
    ['/a?b=c#d?e', ['/a', '/a', 'b=c']],
    ['/#', ['/', '/', '']],
    ['#x', ['/', '/', '']],
  ] as const) {
    t.same(await (await get(handler, path)).json(), expected, path)
  }
})

t.test('websockets are served by the means of the runtime', async (t) => {
  const sent: (string | Uint8Array)[] = []
  const upgrade: Upgrade = (_request, { subprotocol }, events) => {
    events.open({ send: (data) => void sent.push(data), close: () => {}, buffered: () => 0 })
    return new globalThis.Response(subprotocol)
  }
  const app: App = async (scope, receive, send) => {
    if (scope.type !== 'websocket') throw new UnsupportedProtocol(scope.type)
    await receive()
    await send({ type: 'websocket.accept', subprotocol: scope.subprotocols[0] ?? '' })
    await send({ type: 'websocket.send', text: 'hello' })
  }
  await using handler = toFetch(app, { upgrade: webSockets(upgrade) })
  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': 'chat' }

  const answer = await handler(new globalThis.Request('http://h/', { headers }))

  t.equal(await answer.text(), 'chat')
  t.same(sent, ['hello'])
})

t.test('the address that was given is not frozen', async (t) => {
  const server = { host: 'a.example', port: 80 }
  const app = Route('/', ({ scope }) => new JSONResponse(scope.server))
  await using handler = toFetch(app, { server })

  t.same(await (await get(handler)).json(), { host: 'a.example', port: 80 })
  server.port = 81
  t.same(await (await get(handler)).json(), { host: 'a.example', port: 81 })
})
