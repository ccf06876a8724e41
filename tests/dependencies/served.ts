// LS-DI-4: dependencies behind real servers.
import { once } from 'node:events'
import t from 'tap'
import { WebSocket } from 'ws'
import { Application } from '../../lib/applications.ts'
import { dependency } from '../../lib/dependencies.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { JSONResponse, PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/node.ts'
import { noted } from '../support/dependencies.ts'
import { SERVERS } from '../support/everyserver.ts'
import { eventually } from '../support/sockets.ts'
import { unhandledIn } from '../support/unhandled.ts'

for (const [name, start] of Object.entries(SERVERS)) {
  t.test(`${name}: an answer, an exception and a commit that fails`, async (t) => {
    const log: string[] = []
    const db = noted(log, 'db')
    const tx = dependency(
      async function* (request) {
        yield await db.of(request)
        if (request.queryParams.has('conflict')) throw new HTTPException(409)
        log.push('commit')
      },
      { until: 'handler' },
    )
    const app = Application({
      routes: [
        Route('/', async (request) => {
          const name = await tx.of(request)
          if (request.queryParams.has('fail')) throw new HTTPException(404)
          return new JSONResponse([name, await db.of(request)])
        }),
      ],
    })
    const get = await start(t, app)
    const closes = (): boolean =>
      log.at(-1)?.startsWith('open') === false && log.at(-1) !== 'commit'
    const expected: [path: string, status: number, events: string[]][] = [
      ['/', 200, ['open db', 'commit', 'close db']],
      ['/?fail', 404, ['open db', 'db: Not Found']],
      ['/?conflict', 409, ['open db', 'db: Conflict']],
    ]
    for (const [path, status, events] of expected) {
      const response = await get(path)
      t.equal(response.status, status)
      if (status === 200) t.same(await response.json(), ['db', 'db'])
      await eventually(closes, () => `the end of ${log}`)
      t.same(log.splice(0), events)
    }
  })
}

t.test('a client that leaves is an error in the generators, and nothing is logged', async (t) => {
  const log: string[] = []
  const logged: unknown[] = []
  const db = noted(log, 'db')
  const app = Application({
    routes: [
      Route('/', async (request) => {
        await db.of(request)
        return new StreamingResponse(
          (async function* () {
            for (;;) {
              yield 'tick'
              await new Promise((resolve) => setTimeout(resolve, 5))
            }
          })(),
        )
      }),
    ],
  })
  const server = await serve(app, { port: 0, onError: (error) => logged.push(error) })
  t.teardown(() => server.close())
  const leaving = new AbortController()
  const response = await fetch(String(server.url), { signal: leaving.signal })
  await response.body?.getReader().read()
  leaving.abort()
  await eventually(
    () => log.length === 2,
    () => `the end of ${log}`,
  )

  t.same(log, ['open db', 'db: the client has disconnected'])
  t.same(logged, [])
})

t.test('errors of clean-ups are logged, and the process continues', async (t) => {
  const logged: unknown[] = []
  const told: unknown[] = []
  const broken = dependency(async function* () {
    yield 1
    throw new Error('the release failed')
  })
  const lost = dependency(async () => {
    await null
    throw new Error('not awaited')
  })
  const app = Application({
    exceptionHandlers: [
      [
        500,
        (_request, error) => {
          told.push(error)
          return new PlainTextResponse('sorry', { status: 500 })
        },
      ],
    ],
    routes: [
      Route('/', async (request) => {
        lost.of(request)
        await broken.of(request)
        return new PlainTextResponse('ok')
      }),
      WebSocketRoute('/', async (websocket) => {
        await broken.of(websocket)
        await websocket.accept()
      }),
    ],
  })
  const unhandled = await unhandledIn(async () => {
    const server = await serve(app, { port: 0, onError: (error) => logged.push(error) })
    t.equal(await (await fetch(String(server.url))).text(), 'ok')
    t.equal(await (await fetch(String(server.url))).text(), 'ok')
    await eventually(
      () => logged.length === 2,
      () => `errors in ${logged}`,
    )
    const socket = new WebSocket(String(server.url).replace('http', 'ws'))
    await once(socket, 'close')
    await server.close()
  })

  t.same(unhandled, [])
  t.same(logged.map(String), Array(3).fill('Error: the release failed'))
  t.same(told, logged.slice(0, 2))
})

t.test('an application dependency is closed with the server', async (t) => {
  const log: string[] = []
  const pool = dependency(
    async function* () {
      log.push('open')
      yield 'pool'
      log.push('close')
    },
    { until: 'shutdown' },
  )
  const app = Application({
    routes: [Route('/', async (request) => new PlainTextResponse(await pool.of(request)))],
  })
  const server = await serve(app, { port: 0 })
  t.same(log, [])
  await Promise.all([1, 2, 3].map(async () => (await fetch(String(server.url))).text()))
  t.same(log, ['open'])
  await server.close()

  t.same(log, ['open', 'close'])
})
