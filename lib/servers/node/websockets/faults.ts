/** The close codes for a peer that violates the protocol (RFC 6455 section 7.4). */
import { disconnectMessage } from '../../../protocol/websocket.ts'
import type { WebSocketDisconnectMessage } from '../../../types.ts'

/** The close code for each error code of `ws`. */
const FAULTS: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_INVALID_UTF8: 1007,
  // A message that could not be inflated.
  Z_DATA_ERROR: 1007,
}

/** The message for an app whose peer has violated the protocol, or exceeded a limit. */
export function faulty(
  error: Error & { readonly code?: unknown },
  maxMessageSize: number,
): WebSocketDisconnectMessage {
  const code = FAULTS[String(error.code)] ?? 1002
  if (code !== 1009) return disconnectMessage(code, error.message)
  return disconnectMessage(code, `a message has more than ${maxMessageSize} bytes (maxMessageSize)`)
}
