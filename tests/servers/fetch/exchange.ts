import t from 'tap'
import { exchange } from '../../../lib/servers/fetch/exchange.ts'
import type { Open, RuntimeArguments, Service } from '../../../lib/servers/fetch/scope.ts'
import { type App, type HTTPScope, SENT, type Send } from '../../../lib/types.ts'
import { answer, eventually, httpApp, readAll } from '../../support/sockets.ts'

const NOTHING: RuntimeArguments = [undefined, undefined]

class Run {
  readonly errors: unknown[] = []
  open = 0
  last: Open | undefined
  readonly service: Service

  constructor(app: App, overrides: Partial<Service> = {}) {
    this.service = {
      app,
      rootPath: '',
      server: null,
      state: undefined,
      upgrade: undefined,
      maxMessageSize: 100,
      begin: (one) => {
        this.open++
        this.last = one
      },
      end: () => void this.open--,
      onError: (error) => void this.errors.push(error),
      ...overrides,
    }
  }

  fetch(url = 'http://example.org/', init: RequestInit = {}, args = NOTHING) {
    return exchange(this.service, new globalThis.Request(url, init), args)
  }
}

function asking(ask: (scope: HTTPScope, send: Send) => void): App {
  return httpApp(async (scope, _receive, send) => {
    ask(scope, send)
    await answer(send, 'fine')
  })
}

t.test('the scope describes the request and its runtime', async (t) => {
  let scope: HTTPScope | undefined
  const app = asking((given) => {
    scope = given
  })
  const state = { db: 1 }
  const server = { host: 'h', port: 1 }
  const run = new Run(app, { rootPath: '/root', state, server })
  const info = { client: { host: '10.0.0.1', port: 7 } }
  const context = {}

  const response = await run.fetch(
    'https://example.org:8443/a%20b/%2f?q=%20',
    { method: 'PUT', headers: { 'x-a': '1' } },
    [info, context],
  )

  t.equal(await response.text(), 'fine')
  t.match(scope, {
    type: 'http',
    asgi: { version: '3.0' },
    httpVersion: '1.1',
    method: 'PUT',
    scheme: 'https',
    path: '/root/a b//',
    rawPath: '/root/a%20b/%2f',
    queryString: 'q=%20',
    rootPath: '/root',
    headers: ['host', 'example.org:8443', 'x-a', '1'],
    client: { host: '10.0.0.1', port: 7 },
    server,
    state,
  })
  t.not(scope?.state, state, 'a copy for each')
  t.match(scope?.extensions?.['fetch'], { info, context })
  await eventually(() => run.open === 0, 'the app has ended')
})

t.test('invalid requests are refused before the app', async (t) => {
  const run = new Run(
    httpApp(async () => {
      t.fail('not for the app')
    }),
  )
  for (const [url, init] of [
    ['http://h/%ff', {}],
    ['http://h/', { method: 'purge' }],
    ['http://h/', { headers: { host: 'a b' } }],
  ] as const) {
    const response = await run.fetch(url, init)
    t.same([response.status, await response.text()], [400, 'Bad Request'], url)
  }
})

t.test('a body that was already read is an error of the caller', async (t) => {
  const request = new globalThis.Request('http://h/', { method: 'POST', body: 'x' })
  await request.text()

  await t.rejects(exchange(new Run(async () => {}).service, request, NOTHING), /already read/)
})

t.test('the body is received, and the response is returned', async (t) => {
  const run = new Run(
    httpApp(async (_scope, receive, send) => answer(send, (await readAll(receive)).toString())),
  )
  const response = await run.fetch('http://h/', { method: 'POST', body: 'hello' })

  t.equal(await response.text(), 'hello')
})

t.test('a bug before the response is a 500', async (t) => {
  const bugs: App[] = [
    () => {
      throw new Error('at once')
    },
    async () => {
      throw new Error('later')
    },
    () => Promise.reject(),
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      throw new Error('held')
    }),
    async () => {},
    (() => undefined) as unknown as App,
  ]
  for (const app of bugs) {
    const run = new Run(app)
    const response = await run.fetch()
    t.same([response.status, await response.text()], [500, 'Internal Server Error'])
    t.equal(run.errors.length, 1)
    t.equal(run.open, 0)
  }
})

t.test('a late error aborts the body', async (t) => {
  const apps: App[] = [
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.from('x'), moreBody: true })
      throw new Error('broken')
    }),
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      await send({ type: 'http.response.body', body: Buffer.from('x'), moreBody: true })
    }),
  ]
  for (const app of apps) {
    const run = new Run(app)
    const response = await run.fetch()
    t.equal(response.status, 200)
    await t.rejects(response.text())
    t.equal(run.errors.length, 1)
  }
})

t.test('an error after the response is reported, and changes nothing', async (t) => {
  const run = new Run(
    httpApp(async (_scope, _receive, send) => {
      await answer(send, 'fine')
      throw new Error('late')
    }),
  )
  const response = await run.fetch()

  t.equal(await response.text(), 'fine')
  await eventually(() => run.errors.length === 1, 'the error')
})

t.test('an app that ends synchronously needs no turn', async (t) => {
  const run = new Run((_scope, _receive, send) => {
    send({ type: 'http.response.start', status: 200, headers: [] })
    send({ type: 'http.response.body', body: Buffer.from('quick') })
    return SENT
  })

  t.equal(await (await run.fetch()).text(), 'quick')
  t.equal(run.open, 0)
})

t.test('background work is passed to the runtime', async (t) => {
  const works: Promise<unknown>[] = []
  let done = false
  const run = new Run(
    httpApp(async (_scope, _receive, send) => {
      await answer(send, 'fine')
      await new Promise((resolve) => setTimeout(resolve, 5))
      done = true
    }),
  )
  const context = { waitUntil: (work: Promise<unknown>) => works.push(work) }
  await run.fetch('http://h/', {}, [undefined, context])

  t.notOk(done)
  await Promise.all(works)
  t.ok(done)
})

t.test('the signal of the request is a client disconnect', async (t) => {
  const told: string[] = []
  const controller = new AbortController()
  const run = new Run(
    httpApp(async (scope, receive, send) => {
      scope.onDisconnect?.(() => told.push('listener'))
      scope.onDisconnect?.(() => {
        throw new Error('of a listener')
      })
      await receive()
      told.push((await receive()).type)
      await send({ type: 'http.response.start', status: 200, headers: [] }).catch((error) =>
        told.push(error.name),
      )
      scope.onDisconnect?.(() => told.push('at once'))
    }),
  )
  const response = run.fetch('http://h/', { signal: controller.signal })
  await new Promise((resolve) => setTimeout(resolve, 5))
  controller.abort()

  t.equal((await response).status, 499)
  t.same(told, ['listener', 'http.disconnect', 'ClientDisconnected', 'at once'])
  t.match(run.errors, [{ message: 'of a listener' }])
})

t.test('a signal that is already aborted is a disconnect', async (t) => {
  const run = new Run(httpApp(async (_scope, receive) => void (await receive())))

  t.equal((await run.fetch('http://h/', { signal: AbortSignal.abort() })).status, 499)
})

t.test('a cancelled response is a disconnect too, and not an error', async (t) => {
  let gone = false
  const run = new Run(
    httpApp(async (scope, _receive, send) => {
      scope.onDisconnect?.(() => {
        gone = true
      })
      await send({ type: 'http.response.start', status: 200, headers: [] })
      for (;;)
        await send({ type: 'http.response.body', body: new Uint8Array(9999), moreBody: true })
    }),
  )
  const response = await run.fetch()
  await response.body?.cancel()

  t.ok(gone)
  await eventually(() => run.open === 0, 'the app has ended')
  t.same(run.errors, [])
})

t.test('an abort after the end is ignored', async (t) => {
  const controller = new AbortController()
  const run = new Run(
    httpApp(async (scope, receive, send) => {
      scope.onDisconnect?.(() => t.fail('it was complete'))
      await receive()
      await answer(send, 'fine')
      t.match(await receive(), { type: 'http.disconnect' })
    }),
  )
  const response = await run.fetch('http://h/', { signal: controller.signal })
  controller.abort()

  t.equal(await response.text(), 'fine')
})

t.test('closing the server aborts it: by 503, or in the body', async (t) => {
  const told: string[] = []
  const early = new Run(
    httpApp(async (_scope, receive) => {
      await receive()
      told.push((await receive()).type)
    }),
  )
  const answer = early.fetch()
  await new Promise((resolve) => setTimeout(resolve, 1))
  early.last?.cut()
  t.equal((await answer).status, 503)

  const late = new Run(
    httpApp(async (_scope, _receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      for (;;) {
        await send({ type: 'http.response.body', body: Buffer.from('x'), moreBody: true })
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    }),
  )
  const response = await late.fetch()
  late.last?.cut()
  await t.rejects(response.text())
  await eventually(() => early.open + late.open === 0, 'both apps have ended')
  t.same(told, ['http.disconnect'])
  t.same([...early.errors, ...late.errors], [])
})
