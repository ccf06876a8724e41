// What layers keep of the types of routes, and what they accept.
import { dependency } from '../../lib/dependencies.ts'
import type { HTTPException } from '../../lib/exceptions.ts'
import {
  Application,
  Mount,
  PlainTextResponse,
  type Request,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { type Guard, Host, type LayerSettings, layer } from '../../lib/routing.ts'
import type { Assert, Equal } from './assert.ts'

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

class OutOfStock extends Error {
  readonly left = 0
}

export function keepsRoutes(): void {
  const inner = layer({ tags: ['x'] }, [
    Route('/users/{id:int}', (request) => {
      request.pathParams.id satisfies number
      return ok()
    }),
    WebSocketRoute('/socket', () => {}),
  ])
  const [route, socket, mount, host] = layer({}, [
    ...inner,
    Mount('/mount', Router()),
    Host('example.org', Router()),
  ])
  true satisfies Assert<Equal<typeof route.path, '/users/{id:int}'>>
  true satisfies Assert<Equal<typeof socket.kind, 'websocket'>>
  true satisfies Assert<Equal<typeof mount.path, '/mount'>>
  true satisfies Assert<Equal<typeof host.host, 'example.org'>>
  Router(layer({}, [route, socket, mount, host]))
  // @ts-expect-error an app is no route
  layer({}, [Router()])
}

export function keepsState(): void {
  const routes = layer({ tags: ['x'] }, [
    Route('/', (request: Request<Record<never, never>, { db: string }>) => {
      request.state.db satisfies string
      return ok()
    }),
  ])
  async function* lifespan() {
    yield { db: 'x' }
  }
  async function* other() {
    yield { cache: 'x' }
  }
  Application({ routes, lifespan })
  // @ts-expect-error the lifespan does not yield what the handler reads
  Application({ routes, lifespan: other })
}

export function settings(): void {
  layer(
    {
      exceptionHandlers: [
        [OutOfStock, (_request, error) => new PlainTextResponse(`${error.left satisfies number}`)],
        [404, (_request, error) => new PlainTextResponse((error satisfies HTTPException).detail)],
      ],
      mapResponse: (response, request) => {
        request.method satisfies string
        response.status satisfies number
        return response
      },
      afterResponse: (connection, { status }) => {
        connection.url satisfies URL
        status satisfies number | undefined
      },
    },
    [],
  )
  Mount('/', Router(), {
    exceptionHandlers: [[OutOfStock, (_request, error) => new PlainTextResponse(`${error.left}`)]],
  })
  Router([], { timeout: { ms: 1 }, bodyLimit: 1, cacheControl: false })
  // @ts-expect-error a list
  layer({ guards: 1 }, [])
  // @ts-expect-error the setting has another name
  layer({ gards: [] }, [])
  // @ts-expect-error the option has another name
  Route('/', ok, { bodylimit: 1 })
}

export function guards(): void {
  const user = dependency(() => 'me')
  user satisfies Guard
  const plain: Guard = { of: ({ headers }) => headers.has('x') }
  const said: LayerSettings = {
    guards: [user, plain],
    overrides: [user.as('you')],
  }
  Application({ guards: [user] })
  layer(said, [])
  // @ts-expect-error a function is no dependency
  layer({ guards: [() => true] }, [])
}
