/** The rules of the websocket protocol: its phases, and the checks of each message of an app. */
import { isCloseCode, ProtocolError } from '../exceptions.ts'
import type {
  HeaderList,
  HTTPResponseBodyMessage,
  HTTPResponseStartMessage,
  SendMessage,
  WebSocketAcceptMessage,
  WebSocketCloseMessage,
  WebSocketDenialBodyMessage,
  WebSocketDenialStartMessage,
  WebSocketDisconnectMessage,
  WebSocketSentMessage,
} from '../types.ts'
import { cutReason } from './closereason.ts'
import { readFurther } from './head.ts'

/** The phases of a websocket. */
export type SocketPhase =
  /** The handshake has not been answered. */
  | 'connecting'
  /** The handshake has been accepted. */
  | 'open'
  /** The app has closed the websocket, and the peer has not responded yet. */
  | 'closing'
  /** The websocket is closed, or its connection is lost. */
  | 'closed'
  /** The handshake is being answered with a response, or has been. */
  | 'denied'

/** The reason why a message must not be sent, for each phase. */
export const WHY: Readonly<Record<SocketPhase, string>> = {
  connecting: 'the handshake has not been accepted',
  open: 'the handshake has been accepted',
  closing: 'the app has closed the socket',
  closed: 'the app has closed the socket',
  denied: 'the handshake has been refused',
}

/** How to correct a message that is out of place. */
export const ORDER = 'Check the order of the calls, and that every send is awaited.'

/** The error for a message that must not be sent in this phase. */
export function outOfOrder(type: string, phase: SocketPhase): ProtocolError {
  return new ProtocolError(`${type}: out of place, ${WHY[phase]}. ${ORDER}`)
}

/** The error for a message of another protocol. */
export function foreign({ type }: SendMessage): ProtocolError {
  return new ProtocolError(
    `${type}: out of place, it is not a message of a websocket. Check scope.type first.`,
  )
}

/** The error for an app that ended before the handshake was answered, or before its response was complete. */
export function unanswered(started: boolean): ProtocolError {
  return new ProtocolError(
    started
      ? 'the app ended before its answer to the handshake was complete. Is a last websocket.http.response.body, or an await, missing?'
      : 'the app ended without an answer to the handshake. Is websocket.accept, or an await, missing?',
  )
}

/** The error for a start message that announces trailers. */
export function noTrailers({ type }: SendMessage): ProtocolError {
  return new ProtocolError(`${type}: a refusal has no trailers, "trailers" was true. Leave it out.`)
}

/** Converts a message of a response that refuses the handshake to a message of an ordinary response. */
export function asResponse(message: WebSocketDenialStartMessage): HTTPResponseStartMessage
export function asResponse(message: WebSocketDenialBodyMessage): HTTPResponseBodyMessage
export function asResponse(
  message: WebSocketDenialStartMessage | WebSocketDenialBodyMessage,
): HTTPResponseStartMessage | HTTPResponseBodyMessage {
  return message.type === 'websocket.http.response.start'
    ? { ...message, type: 'http.response.start' }
    : { ...message, type: 'http.response.body' }
}

/** The values that the app adds to the response to the handshake. */
export interface Acceptance {
  readonly subprotocol: string | undefined
  readonly headers: HeaderList
}

/**
 * Reads an accept message.
 *
 * @throws ProtocolError if the client did not offer the subprotocol, if a header is invalid, or if the
 * server sets that header itself.
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

/** @throws ProtocolError unless the message has either a text or bytes. */
export function assertContent(message: WebSocketSentMessage): void {
  const { text, bytes } = message
  if (bytes === undefined ? typeof text === 'string' : text === undefined && isBytes(bytes)) return
  throw invalidContent(message)
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array
}

function invalidContent({ type, text, bytes }: WebSocketSentMessage): ProtocolError {
  const given =
    text === undefined && bytes === undefined
      ? 'neither'
      : `"text" of type ${typeof text} and "bytes" of type ${typeof bytes}`
  return new ProtocolError(
    `${type}: exactly one of "text", a string, and "bytes", a Uint8Array, must be set, ${given} was sent. Leave the other out.`,
  )
}

/**
 * Reads a close message. A reason that is too long is cut.
 *
 * @throws ProtocolError if the code must not be sent, or the reason is not a string.
 */
export function readClose(message: WebSocketCloseMessage): { code: number; reason: string } {
  const { type, code = 1000, reason = '' } = message
  if (!isCloseCode(code)) {
    throw new ProtocolError(
      `${type}: code ${code} may not be sent. Use 1000 to 1014, except 1004, 1005 and 1006, or 3000 to 4999.`,
    )
  }
  if (typeof reason !== 'string') {
    throw new ProtocolError(
      `${type}: the reason must be text, ${typeof reason} was sent. Leave it out.`,
    )
  }
  return { code, reason: cutReason(reason) }
}

/** Makes the message by which the app receives the end of its websocket. */
export function disconnectMessage(code: number, reason = ''): WebSocketDisconnectMessage {
  return { type: 'websocket.disconnect', code, reason }
}

/** The error for an app that did not answer the handshake in time. */
export function tooSlow(timeout: number): Error {
  return new Error(
    `serve: the app did not answer the handshake of a websocket within ${timeout} ms. Accept or close sooner, or raise websocket.handshakeTimeoutMs.`,
  )
}
