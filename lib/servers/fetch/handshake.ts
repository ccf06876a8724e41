/** Reads websocket handshakes from fetch requests. */
import { indexOfName } from '../../http/headers.ts'
import type { App, WebSocketScope } from '../../types.ts'
import type { Open } from './scope.ts'
import type { Upgrade } from './sockets.ts'

/** The properties that all websockets of a handler share. */
export interface SocketService {
  readonly app: App
  readonly upgrade: Upgrade
  readonly maxMessageSize: number
  readonly begin: (one: Open) => void
  readonly end: (one: Open) => void
  /** Never throws. */
  readonly onError: (error: unknown, scope: WebSocketScope) => void
}

/** Whether a request is a websocket handshake. */
export function asksForWebSocket(method: string, headers: readonly string[]): boolean {
  if (method !== 'GET') return false
  const index = indexOfName(headers, 'upgrade')
  return index >= 0 && headers[index + 1]?.toLowerCase() === 'websocket'
}

/** The subprotocols that the client offers, in its order. */
export function subprotocolsOf(headers: readonly string[]): string[] {
  const index = indexOfName(headers, 'sec-websocket-protocol')
  if (index < 0) return []
  return (headers[index + 1] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
