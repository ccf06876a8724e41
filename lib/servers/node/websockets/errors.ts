/** What an app is told that has not kept to the order of things. */
import { ClientDisconnected, ProtocolError } from '../../../exceptions.ts'
import type { SendMessage } from '../../../types.ts'

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

/** For an app that lets the client wait. */
export function tooSlow(timeout: number): Error {
  return new Error(
    `serve: the app did not answer the handshake of a websocket within ${timeout} ms. Accept or close sooner, or raise websocket.handshakeTimeoutMs.`,
  )
}
