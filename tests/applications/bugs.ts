// Bugs are answered inside the middleware, which is written from the types alone here.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { type AccessLogEntry, accessLog } from '../../lib/middleware/accesslog.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { compress } from '../../lib/middleware/compress.ts'
import { etag } from '../../lib/middleware/etag.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import type { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { serve } from '../../lib/servers/node.ts'
import { memoryStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, Middleware } from '../../lib/types.ts'

const SECRET = 'a secret of at least thirty-two bytes'

const stamping =
  (value: string): Middleware =>
  (app) =>
  (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    return app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, 'x-stamp', value] })
    })
  }

const copying: Middleware = (app) => (scope, receive, send) => app({ ...scope }, receive, send)

const fail = (): never => {
  throw new Error('kaput')
}

const quiet = { raiseServerExceptions: false } as const

t.test('middleware at every place sees the answer to a bug', async (t) => {
  const foreign: App = () => Promise.reject(new Error('of a foreign app'))
  const middleware = [stamping('mount'), copying]
  const app = Application({
    middleware: [stamping('app'), copying],
    routes: [
      Mount('/route', Router([Route('/', fail, { middleware: [stamping('route')] })]), {
        middleware,
      }),
      Mount('/foreign', foreign, { middleware }),
    ],
  })
  await using client = await testClient(app, quiet)

  const route = await client.get('/route/')
  const mounted = await client.get('/foreign/')

  t.equal(route.status, 500)
  t.equal(route.headers.get('x-stamp'), 'route, mount, app')
  t.equal(mounted.status, 500)
  t.equal(mounted.headers.get('x-stamp'), 'mount, app')
})

t.test('under serve() the bug is reported once, and the connection stays open', async (t) => {
  const reported: unknown[] = []
  const app = Application({ middleware: [stamping('app')], routes: [Route('/', fail)] })
  const server = await serve(app, { port: 0, onError: (error) => reported.push(error) })
  t.teardown(() => server.close())

  for (const count of [1, 2]) {
    const response = await fetch(server.url ?? '')

    t.equal(response.status, 500)
    t.equal(response.headers.get('x-stamp'), 'app')
    t.equal(await response.text(), 'Internal Server Error')
    t.equal(reported.length, count)
  }
})

t.test('the handler of 500 is called once, and middleware gets its answer', async (t) => {
  const called: unknown[] = []
  const app = Application({
    middleware: [stamping('app'), stamping('inner')],
    routes: [Route('/', fail)],
    exceptionHandlers: [
      [
        500,
        (_request, error) => {
          called.push(error)
          return new PlainTextResponse('sorry', { status: 503 })
        },
      ],
    ],
  })
  await using client = await testClient(app, quiet)

  const response = await client.get('/')

  t.equal(response.status, 503)
  t.equal(await response.text(), 'sorry')
  t.equal(response.headers.get('x-stamp'), 'inner, app')
  t.equal(called.length, 1)
})

t.test('a handler of 500 that fails is answered, and both errors are thrown', async (t) => {
  const app = Application({
    middleware: [stamping('app')],
    routes: [Route('/', fail)],
    exceptionHandlers: [
      [
        500,
        () => {
          throw new Error('worse')
        },
      ],
    ],
  })
  const reported: unknown[] = []
  const server = await serve(app, { port: 0, onError: (error) => reported.push(error) })
  t.teardown(() => server.close())

  const response = await fetch(server.url ?? '')

  t.equal(response.status, 500)
  t.equal(response.headers.get('x-stamp'), 'app')
  t.match(reported, [
    { name: 'AggregateError', errors: [{ message: 'worse' }, { message: 'kaput' }] },
  ])
})

t.test('an error of a middleware is answered directly outside of it', async (t) => {
  const broken: Middleware = () => async () => fail()
  const app = Application({
    middleware: [stamping('app'), broken, stamping('inside')],
    routes: [],
  })
  await using client = await testClient(app, quiet)

  const response = await client.get('/')

  t.equal(response.status, 500)
  t.equal(response.headers.get('x-stamp'), 'app')
})

t.test('a session is not saved when the handler has failed', async (t) => {
  const change = ({ session }: Request): void => {
    session.data['seen'] = true
  }
  for (const options of [{ secret: SECRET }, { store: memoryStore() }]) {
    const app = Application({
      middleware: [sessions(options)],
      routes: [
        Route('/bug', (request) => {
          change(request)
          return fail()
        }),
        Route('/fine', (request) => {
          change(request)
          return new PlainTextResponse('not a bug', { status: 500 })
        }),
      ],
    })
    await using client = await testClient(app, quiet)

    t.equal((await client.get('/bug')).headers.get('set-cookie'), null)
    t.match((await client.get('/fine')).headers.get('set-cookie'), /^session=/)
  }
})

t.test('a request that is repeated after a bug keeps its session', async (t) => {
  const repeating: Middleware = (app) => async (scope, receive, send) => {
    try {
      await app({ ...scope }, receive, async (message) => {
        if (message.type !== 'http.response.start' || message.status < 500) await send(message)
        else throw new Error('to be repeated')
      })
    } catch {
      await app({ ...scope }, receive, send)
    }
  }
  let calls = 0
  const app = Application({
    middleware: [sessions({ secret: SECRET }), repeating],
    routes: [
      Route('/', (request) => {
        request.session.data['seen'] = true
        if (calls++ === 0) return fail()
        return new PlainTextResponse('fine')
      }),
    ],
  })
  await using client = await testClient(app, quiet)

  const response = await client.get('/')

  t.equal(response.status, 200)
  t.match(response.headers.get('set-cookie'), /^session=/)
})

t.test('the answer to a bug is not cached, whatever its Cache-Control says', async (t) => {
  let calls = 0
  const app = Application({
    middleware: [cacheResponse({ store: memoryStore() })],
    routes: [
      Route('/', () => {
        calls++
        return fail()
      }),
    ],
    exceptionHandlers: [
      [
        500,
        () =>
          new PlainTextResponse('sorry', {
            status: 500,
            headers: { 'cache-control': 'public, max-age=60' },
          }),
      ],
    ],
  })
  await using client = await testClient(app, quiet)

  await client.get('/')
  await client.get('/')

  t.equal(calls, 2)
})

t.test('the answer to a bug passes through compression and entity tags', async (t) => {
  const app = Application({
    middleware: [compress({ minSize: 1 }), etag()],
    routes: [Route('/', fail)],
    exceptionHandlers: [[500, () => new PlainTextResponse('sorry '.repeat(100), { status: 500 })]],
  })
  await using client = await testClient(app, quiet)

  const response = await client.get('/', { headers: { 'accept-encoding': 'gzip' } })

  t.equal(response.status, 500)
  t.equal(response.headers.get('content-encoding'), 'gzip')
  t.equal(response.headers.get('etag'), null)
})

t.test('loggers see the route through middleware that copies the scope', async (t) => {
  const lines: AccessLogEntry[] = []
  const log = (line: AccessLogEntry): void => void lines.push(line)
  const logger = { info: log, error: log }
  const app = Application({
    middleware: [accessLog({ logger }), copying],
    routes: [Mount('/users', Router([Route('/{id:int}', fail)]), { middleware: [copying] })],
  })
  await using client = await testClient(app, quiet)

  await client.get('/users/7')

  t.match(lines, [{ route: '/users/{id:int}', status: 500, error: 'Error: kaput' }])
})
