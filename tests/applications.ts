import t from 'tap'
import { Application } from '../lib/applications.ts'
import { HTTPException } from '../lib/exceptions.ts'
import { cors } from '../lib/middleware/cors.ts'
import type { Request } from '../lib/requests.ts'
import { PlainTextResponse } from '../lib/responses.ts'
import { Mount, Route } from '../lib/routing.ts'
import { testClient } from '../lib/testing/client.ts'
import type { App, Middleware } from '../lib/types.ts'
import { call, httpScope } from './support/scopes.ts'

const text = (body: string, status = 200) => new PlainTextResponse(body, { status })

/** A middleware that writes down when a request comes by. */
function noting(log: string[], name: string): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type === 'http') log.push(name)
    return app(scope, receive, send)
  }
}

t.test('is an app made of routes', async (t) => {
  const home = Route('/', () => text('home'), { name: 'home' })
  const app = Application({ routes: [home] })
  await using client = await testClient(app)

  t.equal(await (await client.get('/')).text(), 'home')
  t.equal((await client.get('/nothing')).status, 404)
  t.equal((await client.post('/')).status, 405)
  t.equal(app.kind, 'application')
  t.same(app.routes, [home])
  t.equal(app.urlPathFor('home').path, '/')
})

t.test('routes can be added, also while it serves', async (t) => {
  const app = Application()
  await using client = await testClient(app)
  t.equal((await client.get('/late')).status, 404)

  app.add(Route('/late', () => text('late')))
  t.equal(await (await client.get('/late')).text(), 'late')
})

t.test('redirects slashes and answers unmatched requests by its options', async (t) => {
  const routes = [Route('/a/', () => text('a'))]
  const fallback = text('nothing here', 404)
  await using client = await testClient(Application({ routes, default: fallback }))
  await using strict = await testClient(Application({ routes, redirectSlashes: false }))

  t.equal((await client.get('/a', { followRedirects: false })).status, 307)
  t.equal(await (await client.get('/b')).text(), 'nothing here')
  t.equal((await strict.get('/a')).status, 404)
})

t.test('is returned by request.app, the innermost one: RQ-32', async (t) => {
  const seen: unknown[] = []
  const look = Route('/', (request) => {
    seen.push(request.app)
    return text('')
  })
  const inner = Application({ routes: [look] })
  const outer = Application({ routes: [look, Mount('/in', inner)] })
  await using client = await testClient(outer)

  await client.get('/')
  await client.get('/in/')
  t.same(seen, [outer, inner])
})

t.test('middleware', async (t) => {
  t.test('runs in the given order, the first outermost: MW-2', async (t) => {
    const log: string[] = []
    const routes = [
      Route('/', () => {
        log.push('handler')
        return text('')
      }),
    ]
    const app = Application({ routes, middleware: [noting(log, 'a'), noting(log, 'b')] })
    app.addMiddleware(noting(log, 'added'))
    await using client = await testClient(app)

    await client.get('/')
    t.same(log, ['added', 'a', 'b', 'handler']) // MW-3: what is added comes around the others
  })

  t.test('is called once, at definition: MW-4', async (t) => {
    let made = 0
    const counting: Middleware = (app) => {
      made++
      return app
    }
    const app = Application({ middleware: [counting] })
    t.equal(made, 1)
    app.addMiddleware(counting)
    t.equal(made, 2)

    await call(app, httpScope())
    await call(app, httpScope())
    t.equal(made, 2)
  })

  t.test('cannot be added after the first call: MW-3', async (t) => {
    const app = Application()
    await call(app, httpScope())

    t.throws(
      () => app.addMiddleware((inner) => inner),
      /^Application: a middleware was added after the application had started\. Add it before/,
    )
  })

  t.test('is checked at definition', async (t) => {
    const none = undefined as never
    t.throws(() => Application({ middleware: [none] }), /chain: a middleware must be a function/)
    t.throws(() => Application().addMiddleware(none), /chain: a middleware must be a function/)
    const uncalled = cors as unknown as Middleware
    for (const define of [
      () => Application({ middleware: [uncalled] }),
      () => Application().addMiddleware(uncalled),
    ]) {
      t.throws(
        define,
        /^cors: the options must be an object, a function was given\. Call it: cors\(\)\./,
      )
    }
  })

  t.test('sees the answers to exceptions and to bugs: EX-12', async (t) => {
    const seen: number[] = []
    const watching: Middleware = (app) => (scope, receive, send) =>
      app(scope, receive, (message) => {
        if (message.type === 'http.response.start') seen.push(message.status)
        return send(message)
      })
    const app = Application({
      middleware: [watching],
      routes: [
        Route('/refused', () => {
          throw new HTTPException(403)
        }),
        Route('/bug', () => {
          throw new Error('kaput')
        }),
      ],
    })
    await using client = await testClient(app, { raiseServerExceptions: false })

    for (const path of ['/refused', '/nothing', '/bug']) await client.get(path)
    t.same(seen, [403, 404, 500])
  })
})

t.test('lifespan', async (t) => {
  t.test('runs around all requests, whose state is a shallow copy: LS-1, LS-2', async (t) => {
    const log: string[] = []
    const shared: string[] = []
    const app = Application({
      lifespan: async function* (served) {
        log.push('start')
        yield { shared, count: 0, served }
        log.push('stop')
      },
      routes: [
        Route('/', (request: Request<unknown, { shared: string[]; count: number }>) => {
          request.state.shared.push('seen')
          request.state.count++
          log.push(`request ${request.state.count}`)
          return text('')
        }),
      ],
    })
    {
      await using client = await testClient(app)
      await client.get('/')
      await client.get('/')
      t.type(client.state?.['served'], 'function')
    }

    t.same(log, ['start', 'request 1', 'request 1', 'stop'])
    t.same(shared, ['seen', 'seen'])
  })

  t.test('passes through the middleware: LS-6', async (t) => {
    const types: string[] = []
    const watching: Middleware = (app) => (scope, receive, send) => {
      types.push(scope.type)
      return app(scope, receive, send)
    }
    await (await testClient(Application({ middleware: [watching] }))).close()
    t.same(types, ['lifespan'])
  })

  t.test('of a mounted application runs too, unlike LS-8', async (t) => {
    const inner = Application({
      lifespan: () => {
        throw new Error('run')
      },
    })
    await t.rejects(testClient(Application({ routes: [Mount('/in', inner)] })), /Error: run/)
  })
})

t.test('errors of a mounted foreign app are answered', async (t) => {
  const foreign: App = () => Promise.reject(new HTTPException(418))
  await using client = await testClient(Application({ routes: [Mount('/x', foreign)] }))
  t.equal((await client.get('/x/y')).status, 418)
})
