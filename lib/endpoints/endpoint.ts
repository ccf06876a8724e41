/** Makes a websocket handler from callbacks for connection, message and disconnect. */

import { WebSocketException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { WebSocket, WebSocketData } from '../websockets.ts'
import { assertEncoding, assertFunctions, type Decoded, decode, type Encoding } from './decode.ts'
import { converse } from './dialogue.ts'
import { accept, nothing } from './listener.ts'

export interface WebSocketEndpointOptions<Kind extends Encoding, Socket = WebSocket> {
  /** `text`, `bytes`, or `json` in either kind of message (both kinds, undecoded). */
  encoding?: Kind
  /** Accepts or refuses the websocket (accepts). */
  onConnect?: (websocket: Socket) => unknown
  /** Handles a message; the next one waits until it is done (ignores it). */
  onReceive?: (websocket: Socket, data: Decoded<Kind>) => unknown
  /** Called at the end with the client's close code, or with 1011 after an error (none). */
  onDisconnect?: (websocket: Socket, code: number) => unknown
}

/**
 * Makes a handler for `WebSocketRoute` from three functions. The first argument of each is the websocket.
 *
 * A message of the wrong kind, or with invalid JSON, closes the websocket with 1003. If the websocket was
 * accepted, `onDisconnect` is always called.
 *
 * @throws TypeError if an option is unknown or invalid.
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

/** Decodes a message. Invalid JSON closes with 1003, like a message of the wrong kind. */
function acceptable(data: WebSocketData, encoding: Encoding): unknown {
  try {
    return decode(data, encoding)
  } catch (cause) {
    const { reason } = cause as WebSocketException // decode throws nothing else
    throw new WebSocketException(1003, reason, { cause })
  }
}
