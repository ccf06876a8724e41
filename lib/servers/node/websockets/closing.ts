/** Why a websocket closes: codes and reasons (RFC 6455 section 7.4). */
import { isCloseCode, ProtocolError } from '../../../exceptions.ts'
import type { WebSocketCloseMessage, WebSocketDisconnectMessage } from '../../../types.ts'

/** A control frame has 125 bytes, two of them for the code. */
const LONGEST_REASON = 123

/**
 * What a close message asks for; the reason is cut where it would be too long.
 *
 * @throws ProtocolError for a code that may not be sent, or a reason that is no text.
 */
export function readClose(message: WebSocketCloseMessage): { code: number; reason: string } {
  const { type, code = 1000, reason = '' } = message
  if (!isCloseCode(code)) {
    throw new ProtocolError(
      `${type}: code ${code} may not be sent. Use 1000 to 1014 but 1004, 1005, 1006, or 3000 to 4999.`,
    )
  }
  if (typeof reason !== 'string') {
    throw new ProtocolError(
      `${type}: the reason must be text, ${typeof reason} was sent. Leave it out.`,
    )
  }
  return { code, reason: cutReason(reason) }
}

/** As much of a reason as a close frame holds, in whole characters. */
export function cutReason(reason: string): string {
  // No character has fewer bytes than one, nor more than three for each of its units.
  if (reason.length * 3 <= LONGEST_REASON) return reason
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(LONGEST_REASON))
  return reason.slice(0, read)
}

/** What an app is told when a socket is no more. */
export function disconnected(code: number, reason = ''): WebSocketDisconnectMessage {
  return { type: 'websocket.disconnect', code, reason }
}

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
