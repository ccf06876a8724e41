/** The errors of a websocket: a disconnect, and calls out of order. */
import { ClientDisconnected } from '../exceptions.ts'
import { brand } from '../types/brand.ts'
import type { ReceiveMessage } from '../types.ts'

/**
 * The error if the peer has closed the websocket, or has disconnected. A handler need not catch it; it is not
 * logged.
 *
 * The code is 1005 if the peer sent none, and 1006 if the connection ended without a close.
 */
export class WebSocketDisconnect extends ClientDisconnected {
  static {
    brand(WebSocketDisconnect, 'WebSocketDisconnect')
  }

  readonly code: number
  readonly reason: string

  constructor(code = 1000, reason = '', options?: ErrorOptions) {
    super(`the websocket is closed: ${code}${reason && ` ${reason}`}`, options)
    this.name = 'WebSocketDisconnect'
    this.code = code
    this.reason = reason
  }
}

/** The error for a call that is out of order. */
export function misuse(method: string, why: string): TypeError {
  return new TypeError(
    `websocket.${method}: not possible at this point, ${why}. Check the order of the calls.`,
  )
}

/** The error for a message that the server must not send at this point. */
export function unexpected(message: ReceiveMessage | undefined, wanted: string): TypeError {
  return new TypeError(
    `websocket: ${wanted} was expected, ${JSON.stringify(message?.type)} was received. Check the server, or the middleware that wraps receive.`,
  )
}
