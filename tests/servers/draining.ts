// A server that begins to close, and what its apps hear of it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { fromNode } from '../../lib/interop/fromnode.ts'
import { EventSourceResponse, PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route } from '../../lib/routing.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import { serve } from '../../lib/servers/node.ts'
import { GRACE_PERIOD_MS } from '../../lib/servers/running.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App } from '../../lib/types.ts'
import { stopTimers } from '../support/clock.ts'
import { eventually, httpApp, listening, request, soon } from '../support/sockets.ts'

/** An app of long answers, and what happens in it, in order. */
function slow(log: string[] = [], onWaiting = (): void => {}): App {
  async function* clock(signal: AbortSignal) {
    try {
      for (let tick = 0; ; tick++) {
        yield `tick ${tick}`
        await sleep(5)
        if (tick !== 3) continue
        onWaiting()
        await sleep(60_000, undefined, { signal }).catch(() => {})
      }
    } finally {
      await sleep(30)
      log.push('stream closed')
    }
  }
  return Application({
    lifespan: async function* () {
      yield {}
      log.push('lifespan ended')
    },
    routes: [
      Route('/clock', ({ draining }) => new EventSourceResponse(clock(draining))),
      Route('/poll', async ({ draining }) => {
        if (!draining.aborted) await once(draining, 'abort')
        log.push('poll answered')
        return new PlainTextResponse('nothing new')
      }),
    ],
  })
}

const IN_ORDER = ['poll answered', 'stream closed', 'lifespan ended']

/** How an app is run: gives answers by path, and closes. */
interface Way {
  readonly fetch: (path: string) => Promise<globalThis.Response>
  readonly close: () => Promise<void>
}

const WAYS = {
  serve: async (_t, app) => {
    const { url, close } = await serve(app, { port: 0, signals: [] })
    return { fetch: (path) => fetch(`${url}${path}`), close }
  },
  toNode: async (t, app) => {
    const listener = toNode(app)
    const server = createServer(listener).listen(0, '127.0.0.1')
    t.teardown(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    return { fetch: (path) => fetch(`http://127.0.0.1:${port}${path}`), close: listener.close }
  },
  toFetch: async (_t, app) => {
    const handler = toFetch(app)
    return {
      fetch: (path) => handler(new globalThis.Request(`http://localhost${path}`)),
      close: handler.close,
    }
  },
  testClient: async (_t, app) => {
    const client = await testClient(app)
    return { fetch: (path) => client.get(path), close: client.close }
  },
} satisfies Record<string, (t: Test, app: App) => Promise<Way>>

for (const [name, run] of Object.entries(WAYS)) {
  t.test(`${name}: long responses end immediately, and the lifespan after them`, async (t) => {
    const log: string[] = []
    let isWaiting = false
    const app = slow(log, () => {
      isWaiting = true
    })
    const { fetch, close } = await run(t, app)
    const poll = fetch('/poll')
    const stream = (await fetch('/clock')).text()
    await eventually(() => isWaiting, 'the last tick')
    await sleep(20)
    stopTimers(t) // neither the grace period nor the second after it is waited for
    const started = performance.now()

    await soon(close(), 'the close')

    // `serve` looks at its connections by an interval, and its grace period is eight seconds.
    t.ok(performance.now() - started < 6_000, `it took ${performance.now() - started} ms`)
    t.equal(await (await poll).text(), 'nothing new')
    t.match(await stream, /^:\n\ndata: tick 0\n\n.*data: tick 3\n\n$/s)
    t.same(log, IN_ORDER)
  })
}

t.test('a stream of a disconnected client is closed before the lifespan ends', async (t) => {
  const log: string[] = []
  const { fetch, close } = await WAYS.serve(t, slow(log))
  const response = await fetch('/clock')
  await sleep(20)
  await response.body?.cancel()
  await sleep(10)

  await close()

  t.same(log, ['stream closed', 'lifespan ended'])
})

t.test('a generator without a signal delays a server for a second', async (t) => {
  async function* deaf() {
    yield 'one'
    await new Promise(() => {})
  }
  const { server, connect, errors } = await listening(
    t,
    Route('/', () => new EventSourceResponse(deaf())),
    { gracePeriodMs: 600_000 },
  )
  const client = (await connect()).send(request('GET /'))
  await client.until('one')
  const started = performance.now()

  await server.close()

  t.ok(performance.now() - started < 8_000)
  t.match(await client.end(), /0\r\n\r\n$/)
  t.same(errors, [])
})

t.test('responses while a server closes have Connection: close', async (t) => {
  let goOn = (): void => {}
  let calls = 0
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const app = Application({
    routes: [
      Route('/own', async () => {
        calls++
        await gate
        return new PlainTextResponse('done')
      }),
      Mount(
        '/node',
        fromNode(async (_request, response) => {
          calls++
          await gate
          response.end('done')
        }),
      ),
    ],
  })
  const { server, connect } = await listening(t, app, { gracePeriodMs: 600_000 })
  const clients = await Promise.all(['/own', '/node/'].map(connect))
  for (const [index, client] of clients.entries()) {
    client.send(request(`GET ${['/own', '/node/'][index]}`))
  }
  await eventually(() => calls === 2, 'the requests')
  const closed = server.close()
  goOn()

  for (const client of clients) {
    t.match(
      await client.end(),
      /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*connection: close\r\n(?:.*\r\n)*done/i,
    )
  }
  await soon(closed, 'the close')
})

t.test('with a delay a server answers before its port closes', async (t) => {
  // On a busy machine the delay may be over before both have asked: then it is too short to show anything.
  for (let delayMs = 150; !(await answersFor(t, delayMs)); delayMs *= 3);
})

/** Whether two clients could ask a closing server within its delay. */
async function answersFor(t: Test, drainDelayMs: number): Promise<boolean> {
  let isDraining = false
  const { server, connect } = await listening(
    t,
    httpApp(async ({ onDraining }, _receive, send) => {
      isDraining = false
      onDraining?.(() => {
        isDraining = true
      })
      await send({ type: 'http.response.start', status: isDraining ? 503 : 200, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.from('<end>') })
    }),
    { drainDelayMs },
  )
  const kept = (await connect()).send(request('GET /'))
  await kept.until('<end>')
  t.notMatch(kept.received, /connection: close/i)
  const started = performance.now()
  const closed = server.close()

  const answers: string[] = []
  for (const client of [kept, await connect().catch(() => undefined)]) {
    if (client === undefined) continue
    client.received = ''
    answers.push(await client.send(request('GET /')).end())
  }
  const isInTime = performance.now() - started < drainDelayMs
  await soon(closed, 'the close')

  t.ok(performance.now() - started >= drainDelayMs - 5)
  await t.rejects(connect(), { code: 'ECONNREFUSED' })
  if (!isInTime) return false
  t.equal(answers.length, 2)
  for (const answer of answers) {
    t.match(answer, /^HTTP\/1\.1 503 (?:.*\r\n)*connection: close/i)
  }
  return true
}

t.test('an error of a listener is reported, and other listeners run', async (t) => {
  const told: string[] = []
  const { server, connect, errors } = await listening(
    t,
    httpApp(async ({ onDraining }, _receive, send) => {
      const over = new Promise<void>((resolve) => {
        onDraining?.(() => {
          throw new Error('in a listener')
        })
        onDraining?.(() => {
          told.push('second')
          resolve()
        })
      })
      told.push('waiting')
      await over
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body' })
    }),
  )
  ;(await connect()).send(request('GET /'))
  await eventually(() => told.length === 1, 'the request')

  await server.close()

  t.same(told, ['waiting', 'second'])
  t.match(errors, [{ message: 'in a listener' }])
})

t.test('the grace period is eight seconds, since containers get ten', async (t) => {
  t.equal(GRACE_PERIOD_MS, 8_000)
})
