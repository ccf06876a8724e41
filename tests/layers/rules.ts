// LS-APP-2, LS-HOOK-1: how the settings of several layers are put together, one test for each rule.
import t, { type Test } from 'tap'
import { dependency } from '../../lib/dependencies.ts'
import {
  Application,
  type Middleware,
  Mount,
  PlainTextResponse,
  type Request,
  Route,
  Router,
} from '../../lib/index.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { type LayerSettings, layer } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const get = async (app: App, path = '/', scope = {}): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, ...scope })))

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

/** Puts two layers around a route by all the ways there are, the outer one given first. */
const WAYS: Record<string, (outer: LayerSettings, inner: LayerSettings, route: Route) => App> = {
  'layer in layer': (outer, inner, route) => Router(layer(outer, layer(inner, [route]))),
  'router and layer': (outer, inner, route) => Router(layer(inner, [route]), outer),
  'mount and router': (outer, inner, route) => Router([Mount('', Router([route], inner), outer)]),
  'application and mount': (outer, inner, route) =>
    Application({ routes: [Mount('', Router([route]), inner)], ...outer }),
  'layer of a mount, and a layer inside': (outer, inner, route) =>
    Router(layer(outer, [Mount('', Router(layer(inner, [route])))])),
}

/** Runs an assertion for every way. */
function everyWay(
  t: Test,
  check: (t: Test, around: (typeof WAYS)[string]) => Promise<void>,
): Promise<unknown> {
  return Promise.all(
    Object.entries(WAYS).map(([way, around]) => t.test(way, (t) => check(t, around))),
  )
}

t.test('middleware, guards, response maps and hooks are combined, outer ones first', (t) =>
  everyWay(t, async (t, around) => {
    const seen: string[] = []
    const noting =
      (name: string): Middleware =>
      (app) =>
      (scope, receive, send) => {
        seen.push(`middleware ${name}`)
        return app(scope, receive, send)
      }
    const said = (name: string): LayerSettings => ({
      middleware: [noting(name)],
      guards: [{ of: () => seen.push(`guard ${name}`) }],
      mapResponse: (response) => {
        seen.push(`map ${name}`)
        return response
      },
      afterResponse: () => seen.push(`after ${name}`),
    })
    const route = Route('/', () => {
      seen.push('handler')
      return ok()
    })
    await get(around(said('outer'), said('inner'), route))

    t.same(seen, [
      'middleware outer',
      'middleware inner',
      'guard outer',
      'guard inner',
      'handler',
      'map inner',
      'map outer',
      'after inner',
      'after outer',
    ])
  }),
)

t.test('exception handlers, fields, schemas and meta: the nearest counts for each key', (t) =>
  everyWay(t, async (t, around) => {
    class Own extends Error {}
    const answer = (text: string) => () => new PlainTextResponse(text, { status: 400 })
    const route = Route('/', (request) => {
      const { responses, meta } = request.scope.settings ?? {}
      if (request.queryParams.has('own')) throw new Own()
      if (request.queryParams.has('type')) throw new TypeError()
      return new JSONResponse([responses, meta])
    })
    const app = around(
      {
        exceptionHandlers: [
          [Own, answer('outer own')],
          [TypeError, answer('outer type')],
        ],
        headers: { 'X-One': 'outer', 'x-two': 'outer' },
        responses: { 400: 'outer', 404: 'outer' },
        meta: { one: 'outer', two: 'outer' },
      },
      {
        exceptionHandlers: [[Own, answer('inner own')]],
        headers: { 'x-one': 'inner' },
        responses: { 404: 'inner' },
        meta: { two: 'inner' },
      },
      route,
    )

    const { text, headers } = await get(app)
    t.same(JSON.parse(text), [
      { 400: 'outer', 404: 'inner' },
      { one: 'outer', two: 'inner' },
    ])
    t.same(headers.getAll('x-one'), ['inner'])
    t.equal(headers.get('x-two'), 'outer')
    t.equal((await get(app, '/', { queryString: 'own' })).text, 'inner own')
    t.equal((await get(app, '/', { queryString: 'type' })).text, 'outer type')
  }),
)

t.test('overrides: the nearest counts for each dependency', (t) =>
  everyWay(t, async (t, around) => {
    const one = dependency(() => 'own')
    const two = dependency(() => 'own')
    const route = Route('/', (request) => new JSONResponse([one.of(request), two.of(request)]))
    const app = around(
      { overrides: [one.as('outer'), two.as('outer')] },
      { overrides: [two.as('inner')] },
      route,
    )
    t.same(JSON.parse((await get(app)).text), ['outer', 'inner'])
  }),
)

t.test('all other settings: the nearest counts', (t) =>
  everyWay(t, async (t, around) => {
    const route = Route('/', {
      get: (request) => {
        const { status, validateResponses, encode } = request.scope.settings ?? {}
        return new JSONResponse([status, validateResponses, encode?.(1)])
      },
      post: async (request) => new PlainTextResponse(`${(await request.bytes()).length}`),
    })
    const app = around(
      {
        ...{ status: 400, validateResponses: true, encode: () => 'outer', bodyLimit: 1 },
        ...{ cacheControl: 'no-store', timeout: 60_000 },
      },
      {
        ...{ status: 409, validateResponses: false, encode: () => 'inner', bodyLimit: 3 },
        ...{ cacheControl: 'public, max-age=60', timeout: 50_000 },
      },
      route,
    )

    const { text, headers } = await get(app)
    t.same(JSON.parse(text), [409, false, 'inner'])
    t.same(headers.getAll('cache-control'), ['public, max-age=60'])
    const post = async (length: number): Promise<Sent> => {
      const body = new Uint8Array(length)
      const scope = httpScope({ method: 'POST', headers: ['content-length', `${length}`] })
      return responseOf(await call(app, scope, [{ type: 'http.request', body, moreBody: false }]))
    }
    t.equal((await post(3)).text, '3')
    t.equal((await post(4)).status, 413)
  }),
)

t.test('a setting that a layer omits is taken from the next one', (t) =>
  everyWay(t, async (t, around) => {
    const route = Route('/', (request) => new JSONResponse(request.scope.settings ?? null))
    const app = around({ status: 400, meta: { one: 1 } }, { hidden: true }, route)

    t.same(JSON.parse((await get(app)).text), { status: 400, meta: { one: 1 } })
  }),
)

t.test('the same layers share one frozen object for all requests', async (t) => {
  const seen: unknown[] = []
  const route = Route('/', (request: Request) => {
    seen.push(request.scope.settings)
    return ok()
  })
  const app = Router(layer({ status: 400 }, [route]), { meta: { one: 1 } })
  await get(app)
  await get(app)

  t.equal(seen[0], seen[1])
  t.ok(Object.isFrozen(seen[0]) && Object.isFrozen((seen[0] as { meta: object }).meta))
})

t.test('a scope that is used again does not accumulate layers', async (t) => {
  const seen: unknown[] = []
  const again: Middleware = (app) => async (scope, receive, send) => {
    await app(scope, receive, async () => {})
    await app(scope, receive, send)
  }
  const app = Router(
    layer({ guards: [{ of: () => seen.push('outer') }], middleware: [again] }, [
      Route('/', ok, { guards: [{ of: () => seen.push('inner') }], middleware: [again] }),
    ]),
    { middleware: [again] },
  )
  await get(app)

  t.same(seen, Array(8).fill(['outer', 'inner']).flat())
})
