/** An endpoint for websockets, by what happens: a connection, a message, an end. */

import { WebSocketException } from '../exceptions.ts'
import { callable } from '../internal/callable.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { conversation } from '../routing/conversation.ts'
import type { App, Receive, Scope, Send } from '../types.ts'
import { WebSocket, type WebSocketData } from '../websockets.ts'
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

/** An app for websockets, which is a handler for `WebSocketRoute` too. */
export interface WebSocketEndpoint<
  Params = Record<string, unknown>,
  State = Record<string, unknown>,
> extends App {
  (scope: Scope, receive: Receive, send: Send): Promise<void>
  (websocket: WebSocket<Params, State>): Promise<void>
  readonly kind: 'websocketEndpoint'
}

/**
 * Serves websockets by three functions; each has the websocket as its first argument.
 *
 * A message of the wrong kind closes with 1003, and so does one that is no JSON. `onDisconnect` is
 * called whatever happens once the websocket was accepted.
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
): WebSocketEndpoint<Params, State> {
  knownOptions('WebSocketEndpoint', options, 'encoding onConnect onReceive onDisconnect')
  const { encoding, onConnect = accept, onReceive = nothing, onDisconnect = nothing } = options
  assertEncoding('WebSocketEndpoint', encoding)
  assertFunctions('WebSocketEndpoint', { onConnect, onReceive, onDisconnect })
  const talk = (websocket: WebSocket<Params, State>): Promise<void> =>
    converse(websocket, {
      connect: () => onConnect(websocket),
      receive: (data) => onReceive(websocket, acceptable(data, encoding) as Decoded<Kind>),
      disconnect: (code) => onDisconnect(websocket, code),
    })
  const app = conversation(talk as (websocket: WebSocket<never, never>) => Promise<void>)
  const endpoint = (first: Scope | WebSocket<Params, State>, receive: Receive, send: Send) =>
    first instanceof WebSocket ? talk(first) : app(first, receive, send)
  return callable<WebSocketEndpoint<Params, State>>(
    endpoint as App,
    {
      kind: 'websocketEndpoint',
    } as Omit<WebSocketEndpoint<Params, State>, never>,
  )
}

/** What is no JSON is data of a kind that is not taken, too. */
function acceptable(data: WebSocketData, encoding: Encoding): unknown {
  try {
    return decode(data, encoding)
  } catch (cause) {
    const { reason } = cause as WebSocketException // decode throws nothing else
    throw new WebSocketException(1003, reason, { cause })
  }
}
