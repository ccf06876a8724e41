// LS-DI-4: what is thrown into generators, and what they throw.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { dependency } from '../../lib/dependencies.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { Request } from '../../lib/requests.ts'
import { JSONResponse, PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Route, WebSocketRoute } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { Middleware } from '../../lib/types.ts'
import { noted } from '../support/dependencies.ts'

t.test('a disconnect is thrown into the generators', async (t) => {
  const log: string[] = []
  const [one, tx] = [noted(log, 'one'), noted(log, 'tx')]
  const route = Route('/', async (request) => {
    await one.of(request)
    await tx.of(request)
    return new StreamingResponse(
      (async function* () {
        yield 'a'
        await new Promise((_, reject) => {
          const { signal } = request
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      })(),
    )
  })
  for (const app of [route, Application({ routes: [route] })]) {
    await using client = await testClient(app)
    const leaving = new AbortController()
    const response = await client.get('/', { signal: leaving.signal })
    const reader = response.body?.getReader()
    await reader?.read()
    leaving.abort()
    await t.rejects(async () => reader?.read())
    await client.close()

    const gone = 'the client has disconnected'
    t.same(log.splice(0), ['open one', 'open tx', `tx: ${gone}`, `one: ${gone}`])
  }
})

t.test('an error that replaces another is answered, as after a catch', async (t) => {
  class Duplicate extends Error {}
  const tx = dependency(
    async function* () {
      try {
        yield 1
      } catch (cause) {
        throw new HTTPException(409, 'taken', { cause })
      }
    },
    { until: 'handler' },
  )
  const app = Application({
    routes: [
      Route('/', async (request) => {
        await tx.of(request)
        throw new Duplicate()
      }),
    ],
  })
  await using client = await testClient(app)
  const response = await client.get('/')

  t.same([response.status, await response.text()], [409, 'taken'])
})

t.test('a bug that is replaced by another error is reported too', async (t) => {
  const tx = dependency(
    async function* () {
      try {
        yield 1
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: it is what is tested
        throw new HTTPException(503, 'the release failed')
      }
    },
    { until: 'handler' },
  )
  const app = Application({
    routes: [
      Route('/', async (request) => {
        await tx.of(request)
        throw new RangeError('the cause')
      }),
    ],
  })
  await using client = await testClient(app)
  await t.rejects(client.get('/'), new RangeError('the cause'))
  await using calm = await testClient(app, { raiseServerExceptions: false })
  t.equal((await calm.get('/')).status, 503)
})

t.test('a dependency until the handler is created again for background work', async (t) => {
  const log: string[] = []
  const tx = noted(log, 'tx', 'handler')
  const app = Application({
    routes: [
      Route('/', async (request) => {
        await tx.of(request)
        return new PlainTextResponse('ok', { background: () => tx.of(request) })
      }),
    ],
  })
  await using client = await testClient(app)
  await client.get('/')

  t.same(log, ['open tx', 'close tx', 'open tx', 'close tx'])
})

t.test('a generator that does not yield exactly once throws', async (t) => {
  const never = dependency(async function* (): AsyncGenerator<number> {}, { name: 'never' })
  let isClosed = false
  const twice = dependency(function* twice() {
    try {
      yield 1
      yield 2
    } finally {
      isClosed = true
    }
  })
  const app = Application({
    routes: [
      Route('/never', async (request) => new JSONResponse(await never.of(request))),
      Route('/twice', (request) => new JSONResponse(twice.of(request))),
    ],
  })
  await using client = await testClient(app)

  await t.rejects(client.get('/never'), {
    message:
      'dependency never: it must yield one value, but it ended without a yield. Return the value from a function, or yield it.',
  })
  await t.rejects(client.get('/twice'), {
    message:
      'dependency twice: it must yield one value, but it yielded again. The code after the first yield is the clean-up.',
  })
  t.ok(isClosed)
})

t.test('a generator that lasts longer cannot use one that is closed earlier', async (t) => {
  const tx = dependency(
    function* tx() {
      yield 1
    },
    { until: 'handler' },
  )
  const users = dependency(function* users(request) {
    yield tx.of(request)
  })
  const app = Route('/', (request) => new JSONResponse(users.of(request)))
  await using client = await testClient(app)

  await t.rejects(client.get('/'), {
    message:
      "dependency users: it lasts until the response, but uses tx, which is closed with the handler. Write { until: 'handler' } for users too.",
  })
})

t.test('a websocket closes them at its end, with its error', async (t) => {
  const log: string[] = []
  const [one, tx] = [noted(log, 'one'), noted(log, 'tx', 'handler')]
  const route = WebSocketRoute('/', async (websocket) => {
    await one.of(websocket)
    await tx.of(websocket)
    await websocket.accept()
    if ((await websocket.receive()) === 'fail') throw new HTTPException(400, 'no')
    await websocket.close()
  })
  for (const app of [route, Application({ routes: [route] })]) {
    await using client = await testClient(app)
    for (const text of ['fine', 'fail']) {
      await using socket = await client.websocket('/')
      await socket.sendText(text)
      await t.rejects(socket.receive())
    }
    await client.close()
    t.same(log.splice(0), [
      ...['open one', 'open tx', 'close tx', 'close one'],
      ...['open one', 'open tx', 'tx: no', 'one: no'],
    ])
  }
})

t.test(
  'the failure is thrown into generators even if the exception is answered by another route',
  async (t) => {
    const log: string[] = []
    const db = noted(log, 'db')
    const sorry = Route('/*', () => new PlainTextResponse('sorry'))
    const app = Application({
      exceptionHandlers: [[409, () => sorry]],
      routes: [
        Route('/', async (request) => {
          await db.of(request)
          throw new HTTPException(409, 'taken')
        }),
      ],
    })
    await using client = await testClient(app)

    t.equal(await (await client.get('/')).text(), 'sorry')
    t.same(log, ['open db', 'db: taken'])
  },
)

t.test('a middleware that repeats a request can succeed', async (t) => {
  const log: string[] = []
  const [db, tx] = [noted(log, 'db'), noted(log, 'tx', 'handler')]
  let calls = 0
  const retry: Middleware = (app) => async (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    try {
      await app({ ...scope }, receive, async () => {})
    } catch {
      await app({ ...scope }, receive, send)
    }
  }
  const app = Application({
    middleware: [retry],
    routes: [
      Route('/', async (request) => {
        await db.of(request)
        await tx.of(request)
        calls++
        if (calls === 1) throw new RangeError('once')
        return new PlainTextResponse('ok')
      }),
    ],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/')).text(), 'ok')
  t.same(log, ['open db', 'open tx', 'tx: once', 'open tx', 'close tx', 'close db'])
})

t.test('an error of a middleware is thrown into the generators', async (t) => {
  const log: string[] = []
  const db = noted(log, 'db')
  const refusing: Middleware = (app) => async (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    await db.of(new Request(scope, receive, send))
    throw new HTTPException(403, 'no')
  }
  const app = Application({ middleware: [refusing] })
  await using client = await testClient(app)

  t.equal((await client.get('/')).status, 403)
  t.same(log, ['open db', 'db: no'])
})

t.test('an error that prevents the answer to a bug is reported together with it', async (t) => {
  const broken = dependency(async function* () {
    try {
      yield 1
    } finally {
      // biome-ignore lint/correctness/noUnsafeFinally: it is what is tested
      throw new Error('the release failed')
    }
  })
  const route = Route('/', async (request) => {
    await broken.of(request)
    throw new RangeError('bug')
  })
  for (const app of [route, Application({ routes: [route] })]) {
    await using client = await testClient(app)
    await t.rejects(client.get('/'), {
      name: 'AggregateError',
      message: 'dependencies: 2 have failed: RangeError: bug; Error: the release failed.',
    })
  }
})
