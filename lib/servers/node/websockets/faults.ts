/** What a peer has done wrong, as its app is told (RFC 6455 section 7.4). */

import { disconnected } from '../../../protocol/websocket.ts'
import type { WebSocketDisconnectMessage } from '../../../types.ts'

/** The code that the peer is told, by the name of what `ws` found wrong in its frames. */
const FAULTS: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_INVALID_UTF8: 1007,
  // What could not be inflated.
  Z_DATA_ERROR: 1007,
}

/** What an app is told when the peer has not kept to the protocol, or to the limits. */
export function faulty(
  error: Error & { readonly code?: unknown },
  maxMessageSize: number,
): WebSocketDisconnectMessage {
  const code = FAULTS[String(error.code)] ?? 1002
  if (code !== 1009) return disconnected(code, error.message)
  return disconnected(code, `a message has more than ${maxMessageSize} bytes (maxMessageSize)`)
}
