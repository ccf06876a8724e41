// What an http middleware sees of a bug behind it, and what is seen through it.
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { httpMiddleware } from '../../../lib/authoring/httpmiddleware.ts'
import type { Request } from '../../../lib/requests.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { testClient } from '../../../lib/testing/client.ts'
import type { Middleware } from '../../../lib/types.ts'

const quiet = { raiseServerExceptions: false } as const

const stamping: Middleware = (app) => (scope, receive, send) =>
  app(scope, receive, (message) => {
    if (message.type !== 'http.response.start') return send(message)
    return send({ ...message, headers: [...message.headers, 'x-stamp', 'app'] })
  })

const fail = (): never => {
  throw new Error('kaput')
}

t.test('an http middleware gets a bug as an error of next(), and may answer it', async (t) => {
  const caught: unknown[] = []
  const catching = httpMiddleware(async (request, next) => {
    try {
      const response = await next(request)
      return request.queryParams.has('replace') ? new PlainTextResponse('replaced') : response
    } catch (error) {
      caught.push(error)
      if (request.queryParams.has('catch')) return new PlainTextResponse('caught', { status: 400 })
      throw error
    }
  })
  const called: unknown[] = []
  const onBug = (_request: Request, error: unknown): PlainTextResponse => {
    called.push(error)
    return new PlainTextResponse('sorry', { status: 500 })
  }
  const app = Application({
    middleware: [stamping, catching],
    routes: [Route('/', fail)],
    exceptionHandlers: [[500, onBug]],
  })
  await using client = await testClient(app, quiet)

  for (const [path, status, text] of [
    ['/', 500, 'sorry'],
    ['/?replace', 500, 'sorry'],
    ['/?catch', 400, 'caught'],
  ] as const) {
    const response = await client.get(path)

    t.equal(response.status, status, path)
    t.equal(await response.text(), text, path)
    t.equal(response.headers.get('x-stamp'), 'app', path)
  }
  t.match(caught, [{ message: 'kaput' }, { message: 'kaput' }, { message: 'kaput' }])
  t.equal(called.length, 3, 'once for each request')
})

t.test('keys that inner apps add to the scope are visible in the outer middleware', async (t) => {
  let seen: unknown
  const outside: Middleware = (app) => async (scope, receive, send) => {
    await app(scope, receive, send)
    seen = (scope as { readonly 'acme.tenant'?: unknown })['acme.tenant']
  }
  const setting: Middleware = (app) => (scope, receive, send) => {
    Object.assign(scope, { 'acme.tenant': 'a' })
    return app(scope, receive, send)
  }
  const passing = httpMiddleware((request, next) => next(request))
  const app = Application({
    middleware: [outside, passing, setting],
    routes: [Route('/', () => new PlainTextResponse('fine'))],
  })
  await using client = await testClient(app)

  await client.get('/')

  t.equal(seen, 'a')
})
