/**
 * Replaces `loaded.ts` in bundles for the edge and browsers (the conditions `workerd`, `edge-light`, `worker`
 * and `browser`). A bundle contains everything that the program could load, so this module does not import
 * the class. The bundle contains it only if some code of the program opens websockets.
 */
import { WebSocket } from '../websockets.ts'
import type * as loaded from './loaded.ts'

type WebSocketArguments = Parameters<typeof loaded.websocketOf>

let make: ((...given: WebSocketArguments) => WebSocket) | undefined

/** Makes a view of a websocket; undefined if no code of the program opens websockets. */
export const websocketOf: typeof loaded.websocketOf = async (
  ...given
): Promise<WebSocket | undefined> => make?.(...given)

export const bringWebSockets: typeof loaded.bringWebSockets = () => {
  make = (...given) => new WebSocket(...given)
}
