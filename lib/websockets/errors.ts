/** What is thrown on a websocket: the peer's end, and calls out of order. */
import { ClientDisconnected } from '../exceptions.ts'
import { brand } from '../types/brand.ts'
import type { ReceiveMessage } from '../types.ts'

/**
 * The peer has closed the socket, or is gone: nobody's mistake, so a handler may let it through.
 *
 * The code is 1005 when the peer gave none, and 1006 when it went without a word.
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

/** A call that has no place at this point. */
export function misuse(asked: string, why: string): TypeError {
  return new TypeError(
    `websocket.${asked}: not possible at this point, ${why}. Check the order of the calls.`,
  )
}

/** A message that a server must not give at this point. */
export function unexpected(message: ReceiveMessage | undefined, wanted: string): TypeError {
  return new TypeError(
    `websocket: ${wanted} was expected, ${JSON.stringify(message?.type)} was received. Check the server, or the middleware that wraps receive.`,
  )
}
