/** An endpoint for websockets, by what happens: a connection, a message, an end. */

import { WebSocketException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { WebSocket, WebSocketData } from '../websockets.ts'
import { assertEncoding, assertFunctions, type Decoded, decode, type Encoding } from './decode.ts'
import { converse } from './dialogue.ts'
import { accept, nothing } from './listener.ts'

export interface WebSocketEndpointOptions<Kind extends Encoding, Socket = WebSocket> {
  /** `text`, `bytes`, or JSON in either kind of message (as messages come). */
  encoding?: Kind
  /** Accepts, or refuses (accepts). */
  onConnect?: (websocket: Socket) => unknown
  /** Takes a message; the next waits until it is done (nothing). */
  onReceive?: (websocket: Socket, data: Decoded<Kind>) => unknown
  /** Called at the end with the client's code, or 1011 after an error (nothing). */
  onDisconnect?: (websocket: Socket, code: number) => unknown
}

/**
 * A handler for `WebSocketRoute` made of three functions; each has the websocket as its first argument.
 *
 * A message of the wrong kind closes with 1003, and so does invalid JSON. `onDisconnect` is always
 * called once the websocket was accepted.
 *
 * @throws TypeError for options that can never work.
 * @example
 * const members = new Set<WebSocket>()
 * WebSocketRoute('/room', WebSocketEndpoint({
 *   encoding: 'text',
 *   onConnect: async (websocket) => {
 *     await websocket.accept()
 *     members.add(websocket)
 *   },
 *   onReceive: async (_websocket, text) => {
 *     await Promise.allSettled([...members].map((member) => member.sendText(text)))
 *   },
 *   onDisconnect: (websocket) => members.delete(websocket),
 * }))
 */
export function WebSocketEndpoint<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
  Kind extends Encoding = undefined,
>(
  options: WebSocketEndpointOptions<Kind, WebSocket<Params, State>> = {},
): (websocket: WebSocket<Params, State>) => Promise<void> {
  knownOptions('WebSocketEndpoint', options, 'encoding onConnect onReceive onDisconnect')
  const { encoding, onConnect = accept, onReceive = nothing, onDisconnect = nothing } = options
  assertEncoding('WebSocketEndpoint', encoding)
  assertFunctions('WebSocketEndpoint', { onConnect, onReceive, onDisconnect })
  return (websocket) =>
    converse(websocket, {
      connect: () => onConnect(websocket),
      receive: (data) => onReceive(websocket, acceptable(data, encoding) as Decoded<Kind>),
      disconnect: (code) => onDisconnect(websocket, code),
    })
}

/** Invalid JSON closes like a message of the wrong kind. */
function acceptable(data: WebSocketData, encoding: Encoding): unknown {
  try {
    return decode(data, encoding)
  } catch (cause) {
    const { reason } = cause as WebSocketException // decode throws nothing else
    throw new WebSocketException(1003, reason, { cause })
  }
}
