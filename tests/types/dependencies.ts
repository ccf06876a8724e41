// What dependencies give and take.

import {
  type AnyConnection,
  type AnyDependency,
  type ApplicationContext,
  type Dependency,
  dependency,
} from '../../lib/dependencies.ts'
import { Application, PlainTextResponse, type Request, Route } from '../../lib/index.ts'
import { operation } from '../../lib/operations.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { WebSocket } from '../../lib/websockets.ts'
import type { Assert, Equal } from './assert.ts'

interface User {
  readonly name: string
}

interface Store {
  readonly users: Map<string, User>
}

interface State {
  readonly store: Store
}

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

const value = dependency((request) => request.headers.get('x-user'))
const promise = dependency(async (request) => request.url.pathname)
const generator = dependency(function* () {
  yield 1
})
const later = dependency(async function* (request) {
  yield { path: await promise.of(request) }
})
const readsBody = dependency(async (request: Request) => request.json())
const readsState = dependency((request: Request<Record<string, unknown>, State>) => {
  return request.state.store
})
const readsParams = dependency((request: Request<{ id: number }>) => request.pathParams.id)
const joins = dependency((websocket: WebSocket) => websocket.subprotocols)
const settings = dependency(() => ({ url: 'memory:' }), { until: 'shutdown' })
const pool = dependency(
  async function* (application) {
    const { app } = application
    yield { url: settings.of(application).url, app }
  },
  { until: 'shutdown', eager: true },
)

export function given(): void {
  true satisfies Assert<Equal<typeof value, Dependency<string | null, AnyConnection>>>
  true satisfies Assert<Equal<ReturnType<typeof promise.of>, Promise<string>>>
  true satisfies Assert<Equal<ReturnType<typeof generator.of>, number>>
  true satisfies Assert<Equal<ReturnType<typeof later.of>, Promise<{ path: string }>>>
  true satisfies Assert<Equal<ReturnType<typeof settings.of>, { url: string }>>
  true satisfies Assert<Equal<Parameters<typeof settings.of>, [AnyConnection | ApplicationContext]>>
  true satisfies Assert<Equal<Parameters<typeof readsBody.of>, [Request<unknown, unknown>]>>
  const all = [value, promise, generator, later, readsBody, readsState, readsParams, joins, pool]
  all satisfies AnyDependency[]
}

export function asked(): void {
  Application({
    lifespan: async function* () {
      const store: Store = { users: new Map() }
      yield { store }
    },
    routes: [
      Route('/users/{id:int}', async (request) => {
        value.of(request) satisfies string | null
        ;(await readsBody.of(request)) satisfies unknown
        readsParams.of(request) satisfies number
        settings.of(request).url satisfies string
        // @ts-expect-error only websockets can join
        joins.of(request)
        // @ts-expect-error it is a promise
        pool.of(request).url
        return ok()
      }),
      Route('/names/{name}', (request) => {
        // @ts-expect-error there is no id in the path
        readsParams.of(request)
        return ok()
      }),
    ],
  })
  Route<'/', State>('/', (request) => {
    readsState.of(request).users satisfies Map<string, User>
    return ok()
  })
  Route<'/', { readonly other: 1 }>('/', (request) => {
    // @ts-expect-error there is no store in the state
    readsState.of(request)
    return ok()
  })
  dependency((request) => {
    value.of(request) satisfies string | null
    // @ts-expect-error websockets have no body
    return readsBody.of(request)
  })
  dependency(
    (application) => {
      // @ts-expect-error it belongs to a connection
      value.of(application)
      // @ts-expect-error an application has no fields
      return application.headers
    },
    { until: 'shutdown' },
  )
}

export function made(): void {
  // @ts-expect-error it needs a function
  dependency(5)
  // @ts-expect-error there is no such time
  dependency(() => 1, { until: 'later' })
  // @ts-expect-error only what lasts until the shutdown can be eager
  dependency(() => 1, { until: 'handler', eager: true })
  // @ts-expect-error there is no such option
  dependency(() => 1, { scope: 'app' })
}

export async function overridden(app: Application): Promise<void> {
  await testClient(app, {
    overrides: [
      value.as('ada'),
      value.as(null),
      value.as((request) => request.url.pathname),
      value.as(function* () {
        yield 'ada'
      }),
      promise.as('/'),
      promise.as(async () => '/'),
      promise.as(async function* () {
        yield '/'
      }),
      generator.as(2),
      later.as({ path: '/' }),
      later.as(() => ({ path: '/' })),
      pool.as({ url: 'fake:', app }),
      settings.as((context) => ({ url: 'app' in context ? 'fake:' : 'none:' })),
    ],
  })
  // @ts-expect-error it is a text
  value.as(5)
  // @ts-expect-error it is a text, and no promise of one
  value.as(async () => 'ada')
  // @ts-expect-error it yields a number
  generator.as(function* () {
    yield 'ada'
  })
  // @ts-expect-error it has a path
  later.as({})
  // @ts-expect-error an override comes from as()
  await testClient(app, { overrides: [value] })
}

export function used(): void {
  Route(
    '/{id:int}',
    operation(
      { use: { value, later, readsBody, settings, readsParams }, guards: [promise] },
      (input) => {
        input.value satisfies string | null
        input.later.path satisfies string
        input.settings.url satisfies string
        input.readsParams satisfies number
        // @ts-expect-error it is not used
        input.pool
        return ok()
      },
    ),
  )
}
