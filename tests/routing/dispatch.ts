import t from 'tap'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { enterRoute, methodNotAllowed, notFound, standalone } from '../../lib/routing/dispatch.ts'
import type { Entry, Match } from '../../lib/routing/entry.ts'
import type { App } from '../../lib/types.ts'
import { type EntryOptions, entryOf } from '../support/entries.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const show: App = (scope, receive, send) => {
  const params = scope.type === 'http' ? JSON.stringify(scope.pathParams ?? {}) : ''
  return new PlainTextResponse(params).respond(scope, receive, send)
}

const showing = (path: string, options?: EntryOptions): Entry => ({
  ...entryOf(path, options),
  app: show,
})

const matchOf = (entry: Entry): Match => ({ entry, order: 0, values: [], rest: 0 })

t.test('updates the scope before the app is called', async (t) => {
  const match: Match = { ...matchOf(showing('/{id}')), values: ['7'] }
  const scope = httpScope()
  const app: App = (_, receive, send) => enterRoute(match, '/7', scope)(scope, receive, send)

  await call(app)

  t.same(scope.pathParams, { id: '7' })
})

// RT-21; rt-045: Allow lists what all routes of the path serve.
t.test('answers 405 with the methods of all routes, each once', async (t) => {
  const partial = [
    matchOf(showing('/a', { methods: ['POST'] })),
    matchOf(showing('/a', { methods: ['PUT', 'POST'] })),
  ]
  const scope = httpScope()

  const sent = await call((_, receive, send) =>
    methodNotAllowed(partial, '/a', scope)(scope, receive, send),
  )

  const { status, headers, text } = responseOf(sent)
  t.equal(status, 405)
  t.equal(headers.get('allow'), 'POST, PUT')
  t.equal(text, 'Method Not Allowed')
  t.equal(scope.route, partial[0]?.entry.route, 'the first is written down')
})

// RT-50, WS-18
t.test('answers 404 where nothing matches, and refuses a handshake', async (t) => {
  const { status, text } = responseOf(await call(notFound))

  t.equal(status, 404)
  t.equal(text, 'Not Found')
  t.same(await call(notFound, websocketScope()), [
    { type: 'websocket.close', code: 1000, reason: '' },
  ])
})

// RT-20, EX-15
t.test('handlers of the scope may answer 404 and 405', async (t) => {
  const handled = exceptions([
    [404, () => new PlainTextResponse('no page', { status: 404 })],
    [
      405,
      (_, error) => new PlainTextResponse('no method', { status: 405, headers: error.headers }),
    ],
  ])
  const app = handled(standalone(() => [showing('/a', { methods: ['PUT'] })]))

  const missing = responseOf(await call(app, httpScope({ path: '/b' })))
  const refused = responseOf(await call(app, httpScope({ path: '/a' })))

  t.equal(missing.text, 'no page')
  t.equal(refused.text, 'no method')
  t.equal(refused.headers.get('allow'), 'PUT')
})

// RT-72
t.test('an entry is itself an app', async (t) => {
  const app = standalone(() => [showing('/a/{id}', { methods: ['GET'], type: 'http' })])
  const at = async (path: string, method = 'GET', rootPath = '') =>
    responseOf(await call(app, httpScope({ path, method, rootPath })))

  t.equal((await at('/a/1')).text, '{"id":"1"}')
  t.equal((await at('/x/a/1', 'GET', '/x')).text, '{"id":"1"}')
  t.equal((await at('/b')).status, 404)
  t.equal((await at('/a/1', 'PUT')).status, 405)
  t.match(await call(app, websocketScope({ path: '/a/1' })), [{ type: 'websocket.close' }])
  await t.rejects(call(app, lifespanScope()), { name: 'UnsupportedProtocol' })
})
