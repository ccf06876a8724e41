// What a handler knows of its request, from the path and the application around it.
import { WebSocketEndpoint, websocketListener, websocketStream } from '../../lib/endpoints.ts'
import {
  Application,
  JSONResponse,
  Mount,
  PlainTextResponse,
  Route,
  Router,
} from '../../lib/index.ts'
import { operation } from '../../lib/operations.ts'
import type { Handler, MethodTable } from '../../lib/routing.ts'
import { Host, WebSocketRoute } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import type { WebSocket } from '../../lib/websockets.ts'
import type { Assert, Equal } from './assert.ts'

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

export function paramsByPath(): void {
  Route('/users/{id:int}', (request) => {
    type Read = typeof request.pathParams
    true satisfies Assert<Equal<Read, { id: number }>>
    // @ts-expect-error a number is no text
    request.pathParams.id satisfies string
    // @ts-expect-error the path has no such parameter
    request.pathParams.name
    return ok()
  })
  Route('/:name/:page?', (request) => {
    request.pathParams.name satisfies string
    request.pathParams.page satisfies string | undefined
    // @ts-expect-error it may be missing
    request.pathParams.page satisfies string
    return ok()
  })
  WebSocketRoute('/rooms/{room}/{seat:int}', async (websocket) => {
    websocket.pathParams satisfies { room: string; seat: number }
    // @ts-expect-error the path has no such parameter
    websocket.pathParams.id
  })
}

export function websockets(): void {
  WebSocketRoute(
    '/rooms/{room}/{seat:int}',
    WebSocketEndpoint({
      encoding: 'json',
      onConnect: (websocket) => {
        websocket.pathParams satisfies { room: string; seat: number }
        // @ts-expect-error the path has no such parameter
        websocket.pathParams.id
      },
      onReceive: (_websocket, data) => {
        true satisfies Assert<Equal<typeof data, unknown>>
      },
    }),
  )
  WebSocketEndpoint({ encoding: 'text', onReceive: (_websocket, data) => data satisfies string })
  WebSocketEndpoint({
    encoding: 'bytes',
    onReceive: (_websocket, data) => data satisfies Uint8Array,
  })
  WebSocketEndpoint({
    onReceive: (_websocket, data) => {
      true satisfies Assert<Equal<typeof data, string | Uint8Array>>
    },
  })
  // @ts-expect-error there is no such encoding
  WebSocketEndpoint({ encoding: 'xml' })
  WebSocketEndpoint() satisfies (websocket: WebSocket) => Promise<void>
  // @ts-expect-error an endpoint is a handler, not an app
  WebSocketEndpoint() satisfies App

  WebSocketRoute(
    '/rooms/{room}',
    websocketListener(
      (message, websocket) => {
        true satisfies Assert<Equal<typeof message, { text: string }>>
        websocket.pathParams.room satisfies string
      },
      { parse: (_data: unknown) => ({ text: '' }) },
    ),
  )
  websocketListener((message) => message satisfies string, { encoding: 'text' })
  WebSocketRoute(
    '/rooms/{seat:int}',
    websocketStream(function* ({ pathParams }) {
      yield pathParams.seat satisfies number
    }),
  )
}

export function methodTables(): void {
  Route('/users/{id:int}', {
    get: (request) => new JSONResponse(request.pathParams.id satisfies number),
    delete: async (request) => new JSONResponse(request.pathParams.id satisfies number),
  })
  Route('/users/{id:int}', {
    // @ts-expect-error TRACE is no method of a table
    trace: ok,
  })
  Route('/', {
    get: ok,
    // @ts-expect-error nor beside others
    trace: ok,
  })
  // @ts-expect-error keys are in lower case
  Route('/', { GET: ok })
  ;({ get: ok, put: async () => ok() }) satisfies MethodTable
}

/** A route remembers the contracts of its operations by method, and plain handlers as `unknown`. */
export function served(): void {
  const contract = { summary: 'Add', responses: { 204: null } } as const
  const add = operation(contract, () => {})
  const routes = [
    Route('/a', ok),
    Route('/b', add, { methods: ['put', 'PATCH'] }),
    Route('/c', { get: ok, post: add }),
    Route('/d', ok satisfies Handler<'/d'> as Handler<'/d'>),
  ] as const
  type Contract = { readonly responses: { readonly 204: null } }
  type Served<Index extends 0 | 1 | 2 | 3> = NonNullable<(typeof routes)[Index]['serves']>
  true satisfies Assert<Equal<Served<0>, { readonly GET: unknown }>>
  true satisfies Assert<Equal<Served<1>, { readonly PUT: Contract; readonly PATCH: Contract }>>
  true satisfies Assert<Equal<Served<2>, { readonly GET: unknown; readonly POST: Contract }>>
  true satisfies Assert<Equal<Served<3>, { readonly GET: unknown }>>
}

export function answers(): void {
  Route('/', async (_request) => ok())
  Route('/', () => Router([]))
  ;((request) => new JSONResponse(request.pathParams.id)) satisfies Handler<'/{id}'>
  // @ts-expect-error a text is no response
  Route('/', () => 'hello')
  // @ts-expect-error nothing is no response
  Route('/', () => {})
  // @ts-expect-error a handler is a function
  Route('/', ok())
  // @ts-expect-error methods are a list
  Route('/', ok, { methods: 'GET' })
}

export function stateInOneLiteral(): void {
  Application({
    lifespan: async function* () {
      yield { db: 1 }
    },
    routes: [
      Route('/x/{id:int}', (request) => {
        request.state.db satisfies number
        request.pathParams.id satisfies number
        // @ts-expect-error the lifespan yields no cache
        request.state.cache
        return ok()
      }),
      Route('/y', {
        get: (request) => new JSONResponse(request.state.db satisfies number),
      }),
      WebSocketRoute('/ws', (websocket) => {
        websocket.state.db satisfies number
        // @ts-expect-error the lifespan yields no cache
        websocket.state.cache
      }),
      WebSocketRoute(
        '/stream/{id:int}',
        websocketStream(({ state, pathParams }) => [
          state.db satisfies number,
          pathParams.id satisfies number,
        ]),
      ),
    ],
  })
}

export function stateOfAnInnerApplication(): void {
  const inner = Application({
    lifespan: async function* () {
      yield { cache: 1 }
    },
    routes: [Route('/', (request) => new JSONResponse(request.state.cache satisfies number))],
  })
  Application({
    lifespan: async function* () {
      yield { db: 1 }
    },
    routes: [
      Mount('/inner', inner),
      Route('/', (request) => new JSONResponse(request.state.db satisfies number)),
    ],
  })
}

export function lifespanOutside(): void {
  async function* lifespan(app: Application) {
    yield { path: app.urlPathFor('home') }
  }
  Application({
    routes: [
      Route('/', (request) => {
        // @ts-expect-error the lifespan yields no cache
        request.state.cache
        return new JSONResponse(request.state.path.path satisfies string)
      }),
    ],
    lifespan,
  })
}

export function stateOfItsOwn(): void {
  // Without an application around it nothing is known, and nothing is forbidden.
  const users = Router([
    Route('/', (request) => new JSONResponse(request.state['db'])),
    Route('/b', ok),
  ])
  Application({
    lifespan: async function* () {
      yield { db: 1 }
    },
    routes: [Mount('/users', users), Host('a.example.org', users), Route('/', ok)],
  })
}

export function routables(): void {
  Router([Route('/', ok), Mount('/a', ok()), Host('a', Router()), WebSocketRoute('/', () => {})])
  // @ts-expect-error a router is no route
  Router([Router([])])
  // @ts-expect-error lists are spread
  Router([[Route('/', ok)]])
  // @ts-expect-error other apps are mounted
  Router([async () => {}])
  // @ts-expect-error a mount needs an app
  Mount('/a', [Route('/', ok)])
}
