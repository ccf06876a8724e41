import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { JSONResponse, PlainTextResponse } from '../../lib/responses.ts'
import { assertRooted } from '../../lib/routing/path.ts'
import { Route } from '../../lib/routing/route.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { call, httpScope, lifespanScope, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const hello = (): PlainTextResponse => new PlainTextResponse('hello')

const get = async (app: App, path: string, method = 'GET'): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, method })))

const marking =
  (mark: string): Middleware =>
  (app) =>
  (scope, receive, send) =>
    app(scope, receive, (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: [...message.headers, 'x-mark', mark] })
    })

t.test('has readable properties', async (t) => {
  const route = Route('/users/{id:int}', hello)

  t.equal(route.kind, 'route')
  t.equal(route.path, '/users/{id:int}')
  t.same(route.methods, ['GET', 'HEAD'])
  t.equal(route.entry.route, route)
  t.equal(route.entry.endpoint, hello)
})

// RT-27, RT-28: bound functions are functions.
t.test('is named after its handler by default', async (t) => {
  t.equal(Route('/', hello).name, 'hello')
  t.equal(Route('/', hello, { name: 'home' }).name, 'home')
  t.equal(Route('/', hello.bind(null)).name, 'bound hello')
  t.equal(Route('/', () => hello()).name, '')
  t.equal(Route('/', { get: hello }).name, '')
})

// RT-72
t.test('is an app, which answers 404 and 405 itself', async (t) => {
  const route = Route('/users/{id:int}', (request) => new JSONResponse(request.pathParams.id))

  t.equal((await get(route, '/users/7')).text, '7')
  t.equal((await get(route, '/users/x')).status, 404)
  const refused = await get(route, '/users/7', 'POST')
  t.equal(refused.status, 405)
  t.equal(refused.headers.get('allow'), 'GET, HEAD')
  t.match(await call(route, websocketScope({ path: '/users/7' })), [{ type: 'websocket.close' }])
  await t.rejects(call(route, lifespanScope()), { name: 'UnsupportedProtocol' })
})

// RT-23, RT-24, RT-25, RT-26: methods.
const METHODS: readonly (readonly [
  methods: string[] | undefined,
  method: string,
  allow: string | undefined,
])[] = [
  [undefined, 'GET', undefined],
  [undefined, 'HEAD', undefined],
  [undefined, 'OPTIONS', 'GET, HEAD'],
  [undefined, 'TRACE', 'GET, HEAD'],
  [undefined, 'get', 'GET, HEAD'],
  [['POST'], 'POST', undefined],
  [['POST'], 'GET', 'POST'],
  [['POST'], 'HEAD', 'POST'],
  [['get', 'put'], 'PUT', undefined],
  [['get', 'put'], 'DELETE', 'GET, HEAD, PUT'],
  [[], 'DELETE', undefined],
  [[], 'BREW', undefined],
]

for (const [methods, method, allow] of METHODS) {
  const outcome = allow === undefined ? 'serves' : 'refuses'
  t.test(`${JSON.stringify(methods ?? 'no list')} ${outcome} ${method}`, async (t) => {
    const { status, headers } = await get(Route('/', hello, methods && { methods }), '/', method)

    t.equal(status, allow === undefined ? 200 : 405)
    t.equal(headers.get('allow'), allow ?? null)
    if (method === 'HEAD' && allow === undefined) t.equal(headers.get('content-length'), '5')
  })
}

// EP-1, EP-2, EP-4, ep-004: a table is what class endpoints are elsewhere.
t.test('serves each method of a table by its own handler', async (t) => {
  const route = Route('/', {
    options: () => new PlainTextResponse('options'),
    post: async () => new PlainTextResponse('post'),
    get: () => new PlainTextResponse('get'),
  })

  t.same(route.methods, ['GET', 'HEAD', 'POST', 'OPTIONS'])
  t.equal((await get(route, '/', 'POST')).text, 'post')
  t.equal((await get(route, '/', 'OPTIONS')).text, 'options')
  t.equal((await get(route, '/', 'HEAD')).status, 200)
  const refused = await get(route, '/', '_DO_DELETE') // EP-3
  t.equal(refused.status, 405)
  t.equal(refused.headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
  t.equal(refused.text, 'Method Not Allowed')
})

t.test('a list of methods limits a table', async (t) => {
  const route = Route('/', { get: hello, post: hello }, { methods: ['GET'] })

  t.equal((await get(route, '/')).status, 200)
  t.equal((await get(route, '/', 'POST')).headers.get('allow'), 'GET, HEAD')
  t.throws(() => Route('/', { get: hello }, { methods: ['PUT'] }), {
    message: /no function for PUT/,
  })
})

// RT-42: around this route alone, the first outermost.
t.test('has its own middleware', async (t) => {
  const route = Route('/', hello, { middleware: [marking('outer'), marking('inner')] })

  t.same((await get(route, '/')).headers.getAll('x-mark'), ['inner', 'outer'])
  t.same((await get(route, '/x')).headers.getAll('x-mark'), [])
})

// RT-44, EX-12
t.test('middleware gets the answer to an exception', async (t) => {
  const route = Route(
    '/',
    () => {
      throw new HTTPException(401)
    },
    { middleware: [marking('seen')] },
  )

  const { status, headers } = await get(route, '/')

  t.equal(status, 401)
  t.equal(headers.get('x-mark'), 'seen')
})

t.test('answers an exception of its middleware', async (t) => {
  const refusing: Middleware = () => async () => {
    throw new HTTPException(403)
  }

  t.equal((await get(Route('/', hello, { middleware: [refusing] }), '/')).status, 403)
})

// RT-1
t.test('refuses a path that does not begin with a slash', async (t) => {
  t.throws(() => Route('users', hello), {
    message: 'Route: the path must begin with "/", in "users". Write "/users".\n\n  users\n  ^',
  })
  t.throws(() => Route('', hello), { message: /Write "\/"\./ })
  t.throws(() => assertRooted('x', 'Mount'), { message: /^Mount: the path must begin/ })
})

t.test('refuses values that are not handlers', async (t) => {
  const telling = (kind: string): RegExp =>
    new RegExp(
      `^Route "/x": the handler must be a function \\(request\\) => response or a table \\{ get, post, … \\}, ${kind} was given\\. Write \\(\\) => response, and check the spelling of its name\\.$`,
    )

  t.throws(() => Route('/x', undefined as never), { message: telling('undefined') })
  t.throws(() => Route('/x', null as never), { message: telling('null') })
  t.throws(() => Route('/x', 'hello' as never), { message: telling('"hello"') })
  t.throws(() => Route('/x', hello() as never), {
    message: telling('an object \\(PlainTextResponse\\)'),
  })
  t.throws(() => Route(hello as never, '/x' as never), { message: /the path must be a string/ })
})
