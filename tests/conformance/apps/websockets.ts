/** Routes of `main` for websockets, as far as URLs are built for them. */
import { type Routable, WebSocketRoute } from '../../../lib/routing.ts'
import type { WebSocket } from '../../../lib/websockets.ts'
import { textsOfParams } from './echo.ts'
import { wsHello } from './shared.ts'

async function info(websocket: WebSocket): Promise<void> {
  await websocket.accept()
  await websocket.sendJSON({
    url: websocket.url,
    base_url: websocket.baseUrl,
    path: websocket.scope.path,
    query: [...websocket.queryParams],
    cookies: websocket.cookies,
    params: textsOfParams(websocket),
    x: websocket.headers.get('x-test'),
    subprotocols: websocket.subprotocols,
    state_count: websocket.state['count'],
    url_for: websocket.urlFor('ws_hello'),
    http_url_for: websocket.urlFor('home'),
  })
  await websocket.close()
}

export const websockets: readonly Routable[] = [
  WebSocketRoute('/ws', wsHello, { name: 'ws_hello' }),
  WebSocketRoute('/ws/info', info),
  WebSocketRoute('/ws/room/{room}/{n:int}', info, { name: 'ws_room' }),
]
