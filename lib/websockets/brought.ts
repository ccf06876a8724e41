/**
 * Replaces `loaded.ts` in bundles for the edge and browsers (the conditions `workerd`, `edge-light`,
 * `worker` and `browser`). These contain all that a program could load, so that the class is only there
 * if something in the program opens websockets.
 */
import { WebSocket } from '../websockets.ts'
import type * as loaded from './loaded.ts'

type Given = Parameters<typeof loaded.websocketOf>

let make: ((...given: Given) => WebSocket) | undefined

/** Undefined if nothing in the program opens websockets. */
export const websocketOf: typeof loaded.websocketOf = async (
  ...given
): Promise<WebSocket | undefined> => make?.(...given)

export const bringWebSockets: typeof loaded.bringWebSockets = () => {
  make = (...given) => new WebSocket(...given)
}
