/** The interface of a worker for the services of the primary. */
import type { NewsMessage, ReplyMessage } from './messages.ts'

/** A worker, for the services that answer it. */
export interface Peer {
  /** The approximate number of sent bytes that it has not read. */
  readonly backlog: number
  /** Settles when it has ended and all its messages were read. */
  readonly gone: Promise<unknown>
  /** @param onRead Called when the bytes have left this process. */
  tell(message: ReplyMessage | NewsMessage, size: number, onRead?: () => void): void
}

/** Answers the requests of a topic. Errors that it throws are sent to the worker. */
export type Service = (question: readonly unknown[], peer: Peer) => unknown
