import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { type HTTPMiddlewareHandler, httpMiddleware } from '../../lib/authoring/httpmiddleware.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { chain } from '../../lib/internal/apps.ts'
import { Request } from '../../lib/requests.ts'
import { PlainTextResponse, StreamingResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { type TestClient, testClient } from '../../lib/testing/client.ts'
import type { App, Scope } from '../../lib/types.ts'
import { ticks } from '../support/leaving.ts'
import { call, lifespanScope, websocketScope } from '../support/scopes.ts'

const passing: HTTPMiddlewareHandler = (request, next) => next(request)

function clientOf(handle: HTTPMiddlewareHandler, app: App, options = {}): Promise<TestClient> {
  return testClient(httpMiddleware(handle)(app), options)
}

const hello: App = (scope, receive, send) =>
  new PlainTextResponse('hello').respond(scope, receive, send)

/** Answers with the body that it reads. */
const echo: App = async (scope, receive, send) => {
  if (scope.type !== 'http') return
  const text = await new Request(scope, receive, send).text()
  await new PlainTextResponse(`[${text}]`).respond(scope, receive, send)
}

t.test('changes status and headers of a response: MW-BASE-2', async (t) => {
  await using client = await clientOf(async (request, next) => {
    const response = await next(request)
    response.headers.set('x-path', request.url.pathname)
    response.status = 201
    return response
  }, hello)

  const response = await client.get('/a')
  t.equal(response.status, 201)
  t.equal(response.headers.get('x-path'), '/a')
  t.equal(await response.text(), 'hello')
})

t.test('passes other scopes unchanged: MW-BASE-1', async (t) => {
  const seen: Scope[] = []
  const app = httpMiddleware(() => new PlainTextResponse(''))(async (scope) => {
    seen.push(scope)
  })
  const scopes = [websocketScope(), lifespanScope()]

  for (const scope of scopes) await call(app, scope)
  t.equal(seen[0], scopes[0])
  t.equal(seen[1], scopes[1])
})

t.test('throws at definition if the argument is not a function', async (t) => {
  t.throws(
    () => httpMiddleware(undefined as never),
    /^httpMiddleware: it takes a function \(request, next\) => response, undefined was given/,
  )
})

t.test('throws if the result is not a response, and for next() without the request', async (t) => {
  const cases: [HTTPMiddlewareHandler, RegExp][] = [
    [
      () => undefined as never,
      /httpMiddleware: the function must return a Response or an App, but returned undefined/,
    ],
    [
      (_request, next) => next(undefined as never),
      /httpMiddleware: next takes the request, undefined was/,
    ],
    [(_request, next) => next(null as never), /httpMiddleware: next takes the request, null was/],
  ]
  for (const [handle, message] of cases) {
    await using client = await clientOf(handle, hello)
    await t.rejects(client.get('/'), message)
  }
})

t.test(
  'streams each part when it is produced, and produces none before it is read: MW-BASE-19',
  async (t) => {
    const log: string[] = []
    await using client = await clientOf(passing, (scope, receive, send) =>
      new StreamingResponse(ticks(log)).respond(scope, receive, send),
    )

    const { body } = await client.get('/')
    const reader = body?.getReader()
    t.equal(new TextDecoder().decode((await reader?.read())?.value), '0')
    await turn()
    t.ok(log.length <= 3, `a part or two ahead: ${log}`)

    await reader?.cancel()
    await turn()
    t.equal(log.at(-1), 'stopped')
    t.equal(log.filter((entry) => entry === 'stopped').length, 1)
  },
)

t.test('a response in its place', async (t) => {
  t.test('is sent, and the inner app gets a disconnect: MW-BASE-3', async (t) => {
    const log: string[] = []
    const handle: HTTPMiddlewareHandler = async (request, next) => {
      await next(request)
      return new PlainTextResponse('instead', { status: 202 })
    }
    await using client = await clientOf(handle, (scope, receive, send) =>
      new StreamingResponse(ticks(log)).respond(scope, receive, send),
    )

    const response = await client.get('/')
    t.equal(response.status, 202)
    t.equal(await response.text(), 'instead')
    t.equal(log.at(-1), 'stopped')
  })

  t.test('needs no call of the inner app, and may be an app', async (t) => {
    await using client = await clientOf(
      () => hello,
      () => Promise.reject(new Error('called')),
    )
    t.equal(await (await client.get('/')).text(), 'hello')
  })

  t.test('does not hide an error that is thrown afterwards', async (t) => {
    const handle: HTTPMiddlewareHandler = async (request, next) => {
      await next(request)
      return new PlainTextResponse('instead')
    }
    await using client = await clientOf(handle, async (_scope, receive, send) => {
      await send({ type: 'http.response.start', status: 200, headers: [] })
      for (let message = await receive(); message.type !== 'http.disconnect'; )
        message = await receive()
      throw new Error('kaput')
    })
    await t.rejects(client.get('/'), /kaput/)
  })
})

t.test('errors of the inner app', async (t) => {
  t.test('are thrown by next() and can be answered: MW-BASE-4, MW-BASE-18', async (t) => {
    const error = new Error('kaput', { cause: 'the reason' })
    let seen: unknown
    const handle: HTTPMiddlewareHandler = async (request, next) => {
      try {
        return await next(request)
      } catch (thrown) {
        seen = thrown
        return new PlainTextResponse('caught', { status: 503 })
      }
    }
    await using client = await clientOf(handle, () => Promise.reject(error))

    t.equal((await client.get('/')).status, 503)
    t.equal(seen, error)
  })

  t.test('reach the server if they are not caught', async (t) => {
    const error = new Error('kaput')
    await using client = await clientOf(passing, () => Promise.reject(error))
    await t.rejects(client.get('/'), error)
  })

  t.test('abort the body after the start, and reach the server: MW-BASE-5', async (t) => {
    const failing = async function* (): AsyncGenerator<string> {
      yield 'a'
      throw new Error('kaput')
    }
    await using client = await clientOf(passing, (scope, receive, send) =>
      new StreamingResponse(failing()).respond(scope, receive, send),
    )
    await t.rejects((await client.get('/')).text(), /kaput/)
  })

  t.test('include a missing response: MW-BASE-6', async (t) => {
    await using client = await clientOf(passing, async () => {})
    await t.rejects(client.get('/'), /must send a response/)
  })

  t.test(
    'are answered by the outer application: exceptions of the middleware itself',
    async (t) => {
      const app = Application({
        routes: [Route('/', () => new PlainTextResponse('home'))],
        middleware: [
          httpMiddleware(() => {
            throw new HTTPException(418)
          }),
        ],
      })
      await using client = await testClient(app)
      t.equal((await client.get('/')).status, 418)
    },
  )
})

t.test(
  'the async context reaches the app, and changes that the app makes are visible afterwards',
  async (t) => {
    const storage = new AsyncLocalStorage<string[]>()
    await using client = await clientOf(
      (request, next) =>
        storage.run(['outer'], async () => {
          const response = await next(request)
          response.headers.set('x-seen', storage.getStore()?.join() ?? '')
          return response
        }),
      async (scope, receive, send) => {
        await null
        storage.getStore()?.push('inner')
        await hello(scope, receive, send)
      },
    )
    t.equal((await client.get('/')).headers.get('x-seen'), 'outer,inner') // better than MW-BASE-16
  },
)

t.test('background work runs from the inside outwards: MW-BASE-13, MW-BASE-15', async (t) => {
  const log: string[] = []
  await using client = await clientOf(
    async (request, next) => {
      const response = await next(request)
      t.equal(response.background, undefined)
      response.background = () => log.push('outer')
      return response
    },
    (scope, receive, send) =>
      new PlainTextResponse('a', { background: () => log.push('inner') }).respond(
        scope,
        receive,
        send,
      ),
  )
  await client.get('/')
  t.same(log, ['inner', 'outer'])
})

t.test(
  'routing results and state are visible in the middleware, and state passes both ways: MW-BASE-7',
  async (t) => {
    const user = Route('/{id:int}', (request) => {
      request.state['inner'] = 1
      return new PlainTextResponse(String(request.state['outer']))
    })
    let seen: unknown
    const app = httpMiddleware(async (request, next) => {
      request.state['outer'] = 2
      const response = await next(request)
      seen = [request.scope.route, request.pathParams, request.scope.rootPath, request.state]
      return response
    })(Router([Mount('/users', Router([user]))]))
    await using client = await testClient(app)

    t.equal(await (await client.get('/users/7')).text(), '2')
    t.same(seen, [user, { id: 7 }, '/users', { outer: 2, inner: 1 }])
  },
)

t.test('the app can be called more than once, below a mount too', async (t) => {
  let calls = 0
  const flaky = Route('/', () => new PlainTextResponse('', { status: ++calls < 3 ? 503 : 200 }))
  const app = httpMiddleware(async (request, next) => {
    let response = await next(request)
    while (response.status === 503) response = await next(request)
    return response
  })(Router([Mount('/a', Router([Mount('/b', Router([flaky]))]))]))
  await using client = await testClient(app)

  t.equal((await client.get('/a/b/')).status, 200)
  t.equal(calls, 3)
})

t.test('ten of them can be nested', async (t) => {
  const counting = httpMiddleware(async (request, next) => {
    const response = await next(request)
    response.headers.append('x-depth', '1')
    return response
  })
  const app = chain(...Array.from({ length: 10 }, () => counting))(echo)
  await using client = await testClient(app)

  const response = await client.post('/', { body: 'abc' })
  t.equal(await response.text(), '[abc]')
  t.equal(response.headers.get('x-depth')?.split(', ').length, 10)
})
