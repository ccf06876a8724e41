/** Routes of `main`: mounts in mounts, an application in the application, middleware on a mount. */
import { Application } from '../../../lib/applications.ts'
import { PlainTextResponse } from '../../../lib/responses.ts'
import { Mount, type Routable, Route, Router, WebSocketRoute } from '../../../lib/routing.ts'
import { asgiEcho, echo, params } from './echo.ts'
import { urlFor, urlPathFor } from './reverse.ts'
import { addHeader, excHeaders, excRuntime, SIX_METHODS, text, wsHello } from './shared.ts'

const deep = Router([
  Route('/echo', echo, { name: 'echo' }),
  Route('/item/{id:int}', params, { name: 'item' }),
  Route('/url-for', urlFor),
  Mount('/asgi', asgiEcho, { name: 'asgi' }),
])

const mnt = Router([
  Route('/', echo, { name: 'root' }),
  Route('/echo', echo, { methods: SIX_METHODS, name: 'echo' }),
  Route('/b/', text('mnt b'), { name: 'b' }),
  Route('/url-for', urlFor),
  Route('/conv-int/{v:int}', text('shadow'), { name: 'inner-int' }),
  Mount('/deep/{dep}', deep, { name: 'deep' }),
])

const tenant = Router([
  Route('/item/{id:int}', params, { name: 'tenant-item' }),
  Route('/who/{name}', params, { name: 'tenant-who' }),
])

const subapp = Application({
  routes: [
    Route('/', text('sub root'), { name: 'root' }),
    Route('/echo', echo, { name: 'echo' }),
    Route('/err', excRuntime),
    Route('/url-for', urlFor),
    Route('/url-path-for', urlPathFor),
  ],
  exceptionHandlers: [[404, () => new PlainTextResponse('sub app 404', { status: 404 })]],
})

const withMiddleware = Router([
  Route('/ok', text('mw ok'), { name: 'mw-ok' }),
  Route('/err', excHeaders),
  Route('/boom', excRuntime),
  Route('/route', text('route mw'), {
    middleware: [addHeader('x-route', '1'), addHeader('x-route', '2')],
  }),
  WebSocketRoute('/ws', wsHello, { name: 'ws_hello', middleware: [addHeader('x-ws', '1')] }),
])

export const mounts: readonly Routable[] = [
  Mount('/mnt', mnt, { name: 'mnt' }),
  Mount('/asgi', asgiEcho, { name: 'asgi' }),
  Mount('/tenant/{id}', tenant),
  Mount('/subapp', subapp, { name: 'subapp' }),
  Mount('/mw', withMiddleware, { middleware: [addHeader('x-mount', '1')] }),
]
