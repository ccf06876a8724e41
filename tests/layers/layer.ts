// LS-APP-2, LS-ROUTE-11: what `layer` makes of a list of routes, and what it refuses.
import t from 'tap'
import {
  Application,
  Host,
  Mount,
  PlainTextResponse,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { toApp } from '../../lib/responses/response.ts'
import { layer } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const get = async (app: App, path = '/', scope = {}): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, ...scope })))

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

const route = Route('/one/{id:int}', { get: ok, post: ok }, { name: 'one' })
const socket = WebSocketRoute('/socket', () => {})
const mount = Mount('/mount', Router([Route('/two', ok, { name: 'two' })]), { name: 'mount' })
const host = Host('{name}.example', Router([Route('/', ok, { name: 'three' })]), { name: 'host' })

t.test('returns copies of the same kinds in order, and does not change the originals', (t) => {
  const settings = { tags: ['one'] }
  const copies = layer(settings, [route, socket, mount, host])

  t.same(
    copies.map(({ kind }) => kind),
    ['route', 'websocket', 'mount', 'host'],
  )
  t.same(
    copies.map(({ name }) => name),
    ['one', '', 'mount', 'host'],
  )
  for (const [index, original] of [route, socket, mount, host].entries()) {
    t.not(copies[index], original)
    t.same(original.settings, [])
    t.same(copies[index]?.settings, [settings])
  }
  t.equal(copies[0].path, route.path)
  t.same(copies[2].routes, mount.routes)
  t.same(copies[3].routes, host.routes)
  t.same(copies[0].methods, route.methods)
  t.equal(copies[0].entry.endpoint, route.entry.endpoint)
  t.equal(copies[0].entry.route, copies[0])
  t.equal(copies[1].entry.route, copies[1])
  t.equal(copies[3].host, '{name}.example')
  t.end()
})

t.test('lists the layers from outside to inside, and their meta', (t) => {
  const [copy] = layer(
    { meta: { one: 1, two: 1 } },
    layer({ tags: ['x'] }, [Route('/', ok, { meta: { two: 2 } })]),
  )
  t.same(copy.settings, [{ meta: { one: 1, two: 1 } }, { tags: ['x'] }, { meta: { two: 2 } }])
  t.same(copy.meta, { one: 1, two: 2 })
  t.same(route.meta, {})
  t.same(Router([], { tags: ['x'] }).settings, [{ tags: ['x'] }])
  t.same(Router([]).settings, [])
  const quiet = (app: App): App => app
  const application = Application({ status: 400 })
  t.same(application.settings, [{ status: 400 }])
  application.addMiddleware(quiet)
  t.same(application.settings, [{ status: 400, middleware: [quiet] }])
  t.end()
})

t.test('a layer without settings returns the list itself', (t) => {
  const routes = [route] as const
  t.equal(layer({}, routes), routes)
  t.end()
})

t.test('paths and the order of matching stay the same', async (t) => {
  const first = () => new PlainTextResponse('first')
  const plain = Router([Route('/{name}', first), Route('/a', ok), mount, host])
  const layered = Router(layer({ headers: { 'x-l': '1' } }, plain.routes))
  for (const path of ['/a', '/b', '/mount', '/mount/two', '/mount/none', '/a/', '/none/none']) {
    for (const method of ['GET', 'POST']) {
      for (const headers of [[], ['host', 'a.example']]) {
        const scope = { method, headers }
        const [one, two] = [await get(plain, path, scope), await get(layered, path, scope)]
        t.same(
          [two.status, two.text, two.headers.get('allow')],
          [one.status, one.text, one.headers.get('allow')],
        )
      }
    }
  }
})

t.test('layered routes are found by name, and by the original route', (t) => {
  const routes = layer({ tags: ['y'] }, layer({ tags: ['x'] }, [route, mount, host]))
  const router = Router(routes)
  t.equal(`${router.urlPathFor('one', { id: 1 })}`, '/one/1')
  t.equal(`${router.urlPathFor(route, { id: 1 })}`, '/one/1')
  t.equal(`${router.urlPathFor(routes[0], { id: 1 })}`, '/one/1')
  t.equal(`${router.urlPathFor(mount, { path: 'x' })}`, '/mount/x')
  t.equal(`${router.urlPathFor('mount:two')}`, '/mount/two')
  t.equal(router.urlPathFor('host:three', { name: 'a' }).host, 'a.example')
  t.throws(() => router.urlPathFor(socket), { name: 'NoMatchFound' })
  t.end()
})

t.test('each copy can be served alone, as every route can', async (t) => {
  const [one, , three, four] = layer({ headers: { 'x-l': '1' } }, [route, socket, mount, host])
  for (const [app, path, name] of [
    [one, '/one/1', 'test'],
    [three, '/mount/two', 'test'],
    [four, '/', 'a.example'],
  ] as const) {
    const { status, headers } = await get(app, path, { headers: ['host', name] })
    t.same([status, headers.get('x-l')], [200, '1'])
  }
  t.equal((await get(four, '/')).status, 404)
  t.equal(
    (await get(Router([Mount('/x', four)]), '/x', { headers: ['host', 'a.example'] })).status,
    200,
  )
})

t.test('routing stores the layered route in the scope', async (t) => {
  const [one, four] = layer({ tags: ['x'] }, [route, Host('a.example', toApp(ok(), 'the test'))])
  for (const [path, name, expected] of [
    ['/one/1', 'test', one],
    ['/', 'a.example', four],
  ] as const) {
    const scope = httpScope({ path, headers: ['host', name] })
    await call(Router([one, four]), scope)
    t.equal(scope.route, expected)
    t.equal(scope.outcome?.route, expected)
  }
})

t.test('a route that is added to a mounted router later is within the layer too', async (t) => {
  const router = Router()
  const app = Router(layer({ headers: { 'x-l': '1' } }, [Mount('/mount', router)]))
  router.add(Route('/late', ok))
  t.equal((await get(app, '/mount/late')).headers.get('x-l'), '1')
})

t.test('middleware wraps 405 and redirects as the middleware of a route does', async (t) => {
  const [copy, other] = layer({ headers: { 'x-l': '1' } }, [
    Route('/a', ok),
    Route('/b', ok, { headers: { 'x-r': '1' } }),
  ])
  const app = Router([copy, other])
  for (const path of ['/a', '/b']) {
    const refused = await get(app, path, { method: 'POST' })
    t.same([refused.status, refused.headers.get('x-l')], [405, '1'])
    t.equal(refused.headers.get('x-r'), path === '/b' ? '1' : null)
    const redirected = await get(app, `${path}/`)
    t.same([redirected.status, redirected.headers.get('x-l')], [307, '1'])
  }
})

t.test('an invalid layer throws at definition', (t) => {
  const refused: [settings: object, message: string | RegExp][] = [
    [{ gards: [] }, 'layer: unknown option "gards". Did you mean "guards"?'],
    [
      { guards: [() => true] },
      'layer: guards must be a list of dependencies, [a function] was given. Write guards: [dependency((request) => …)].',
    ],
    [{ guards: {} }, /^layer: guards must be a list of dependencies, an object was given/],
    [{ tags: 'x' }, /^layer: tags must be a list of texts, "x" was given/],
    [{ tags: [1] }, /^layer: tags must be a list of texts, \[1\] was given/],
    [{ security: [] }, /^layer: unknown option "security"\. Did you mean "guards"\?/],
    [{ exceptionHandlers: {} }, /^layer: exceptionHandlers must be a list/],
    [{ exceptionHandlers: [[404]] }, /^exceptionHandlers: an entry must be/],
    [{ mapResponse: 1 }, /^layer: mapResponse must be a function, 1 was given/],
    [{ afterResponse: [] }, /^layer: afterResponse must be a function/],
    [{ encode: {} }, /^layer: encode must be a function/],
    [{ responses: [] }, /^layer: responses must be an object/],
    [{ headers: [] }, /^layer: headers must be an object of names and values of fields, \[\]/],
    [
      { headers: { 'a b': 'c' } },
      /^layer: headers must be an object of names and values of fields, an object was/,
    ],
    [
      { headers: { a: 'b\n' } },
      /^layer: headers must be an object of names and values of fields, an object was/,
    ],
    [
      { headers: { a: 1 } },
      /^layer: headers must be an object of names and values of fields, an object was/,
    ],
    [{ meta: 1 }, /^layer: meta must be an object, 1 was given/],
    [{ bodyLimit: '1' }, /^layer: bodyLimit must be a number of bytes, "1" was given/],
    [{ bodyLimit: -1 }, /^layer: bodyLimit must be a number of bytes, -1 was given/],
    [{ validateResponses: 1 }, /^layer: validateResponses must be true or false/],
    [{ hidden: 'no' }, /^layer: hidden must be true or false/],
    [{ status: 200 }, /^layer: status must be a number from 400 to 499, 200 was given/],
    [
      { cacheControl: '' },
      /^layer: cacheControl must be the value of the field, or false, "" was given/,
    ],
    [{ cacheControl: { maxAge: 1 } }, /^layer: cacheControl must be the value/],
    [{ timeout: 0 }, /^layer: ms must be a number of milliseconds/],
    [{ timeout: { ms: 1, status: 200 } }, /^layer: status must be 503 or 504, 200 was given/],
    [{ timeout: null }, /^layer: ms must be a number/],
    [{ middleware: [1] }, /^chain: a middleware must be a function/],
  ]
  for (const [settings, message] of refused) {
    t.throws(() => layer(settings as never, [route]), { message }, JSON.stringify(settings))
  }
  t.throws(() => layer({ tags: [] }, {} as never), /^layer: the routes must be a list of/)
  t.throws(() => layer({ tags: [] }, [ok] as never), /^layer: the routes must be a list of/)
  t.throws(() => layer([] as never, []), /^layer: the options must be an object/)
  for (const [make, where] of [
    [() => Route('/x', ok, { hidden: 1 as never }), 'Route "/x"'],
    [() => WebSocketRoute('/x', ok, { hidden: 1 as never }), 'WebSocketRoute "/x"'],
    [() => Mount('/x', Router(), { hidden: 1 as never }), 'Mount "/x"'],
    [() => Host('x', Router(), { hidden: 1 as never }), 'Host "x"'],
    [() => Router([], { hidden: 1 as never }), 'Router'],
    [() => Application({ hidden: 1 as never }), 'Application'],
  ] as const) {
    t.throws(make, {
      message: `${where}: hidden must be true or false, 1 was given. Leave it out.`,
    })
  }
  t.end()
})
