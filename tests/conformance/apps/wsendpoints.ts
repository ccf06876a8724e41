/** Routes of `main` for websockets that are handled by endpoints. */
import { WebSocketEndpoint } from '../../../lib/endpoints.ts'
import { type Routable, WebSocketRoute } from '../../../lib/routing.ts'
import type { WebSocket } from '../../../lib/websockets.ts'
import { LOG } from './shared.ts'

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Notes how a websocket ended. */
const noting = (name: string) => (_websocket: WebSocket, code: number) => {
  LOG.push(`${name}-disconnect ${code}`)
}

const plain = WebSocketEndpoint({
  onReceive: (websocket, data) =>
    websocket.sendText(typeof data === 'string' ? `plain:${data}` : `plain:bytes:${latin1(data)}`),
})

const text = WebSocketEndpoint({
  encoding: 'text',
  onConnect: async (websocket) => {
    const hasChat = websocket.subprotocols.includes('chat')
    await websocket.accept(hasChat ? { subprotocol: 'chat' } : {})
    await websocket.sendText('connected')
  },
  onReceive: async (websocket, data) => {
    if (data === 'boom') throw new Error('boom')
    await websocket.sendText(`text:${data}`)
  },
  onDisconnect: noting('text'),
})

const bytes = WebSocketEndpoint({
  encoding: 'bytes',
  onReceive: (websocket, data) => websocket.sendBytes(Buffer.concat([Buffer.from('bytes:'), data])),
  onDisconnect: noting('bytes'),
})

const json = WebSocketEndpoint({
  encoding: 'json',
  onReceive: (websocket, data) => websocket.sendJSON({ json: data }),
  onDisconnect: noting('json'),
})

export const wsEndpoints: readonly Routable[] = [
  WebSocketRoute('/ws/ep/plain', plain),
  WebSocketRoute('/ws/ep/text', text),
  WebSocketRoute('/ws/ep/bytes', bytes),
  WebSocketRoute('/ws/ep/json', json),
]
