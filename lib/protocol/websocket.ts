/** The websocket protocol as every server keeps it: where a socket is, and what an app may ask of it. */
import { ClientDisconnected, isCloseCode, ProtocolError } from '../exceptions.ts'
import type {
  HeaderList,
  SendMessage,
  WebSocketAcceptMessage,
  WebSocketCloseMessage,
  WebSocketDisconnectMessage,
} from '../types.ts'
import { readFurther } from './head.ts'

/** Where a websocket is. */
export type Phase =
  | 'connecting'
  | 'open'
  /** The handshake has been answered by a response. */
  | 'refused'
  /** The app has closed the socket. */
  | 'closed'
  /** The peer has closed it, or the server; or the connection is lost. */
  | 'gone'

const WHY: Readonly<Record<Exclude<Phase, 'gone'>, string>> = {
  connecting: 'the handshake has not been accepted',
  open: 'the handshake has been accepted',
  refused: 'the handshake has been refused',
  closed: 'the app has closed the socket',
}

/** For a message that cannot be sent in this phase; who is gone went without asking the app. */
export function misplaced(type: string, phase: Phase): Error {
  if (phase === 'gone') return new ClientDisconnected()
  return new ProtocolError(
    `${type}: out of place, ${WHY[phase]}. Check the order of the calls, and that every send is awaited.`,
  )
}

/** For a message of another protocol. */
export function foreign({ type }: SendMessage): ProtocolError {
  return new ProtocolError(
    `${type}: out of place, it is no message of a websocket. Look at the type of the scope first.`,
  )
}

/** For an app that ends without an answer to the handshake, or in the middle of one. */
export function unanswered(started: boolean): ProtocolError {
  return new ProtocolError(
    started
      ? 'the app ended before its answer to the handshake was complete. Is a last websocket.http.response.body, or an await, missing?'
      : 'the app ended without an answer to the handshake. Is websocket.accept, or an await, missing?',
  )
}

/** The app's part of the answer. */
export interface Acceptance {
  readonly subprotocol: string | undefined
  readonly headers: HeaderList
}

/**
 * Reads an accept message.
 *
 * @throws ProtocolError for a subprotocol that was not offered, and for fields that cannot be sent or
 * are the server's own.
 */
export function readAccept(
  { type, subprotocol, headers = [] }: WebSocketAcceptMessage,
  offered: readonly string[],
): Acceptance {
  if (subprotocol !== undefined && !offered.includes(subprotocol)) {
    throw new ProtocolError(
      `${type}: the subprotocol ${JSON.stringify(subprotocol)} was not offered. Choose from scope.subprotocols, or none.`,
    )
  }
  const further = readFurther(type, headers)
  const own = further.find((name, index) => index % 2 === 0 && name.startsWith('sec-websocket-'))
  if (own !== undefined) {
    throw new ProtocolError(
      `${type}: "${own}" is set by the server. Use "subprotocol" to choose one, and leave the others out.`,
    )
  }
  return { subprotocol, headers: further }
}

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

/** For an app that lets the client wait. */
export function tooSlow(timeout: number): Error {
  return new Error(
    `serve: the app did not answer the handshake of a websocket within ${timeout} ms. Accept or close sooner, or raise websocket.handshakeTimeoutMs.`,
  )
}
