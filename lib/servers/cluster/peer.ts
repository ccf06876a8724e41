/** A worker as the services of the primary see it. */
import type { NewsMessage, ReplyMessage } from './messages.ts'

/** A worker, to those that answer it. */
export interface Peer {
  /** About how many bytes were sent to it that it has not read. */
  readonly backlog: number
  /** Settles when it has ended and all that it sent was read. */
  readonly gone: Promise<unknown>
  /** @param onRead Called when the bytes have left this process. */
  tell(message: ReplyMessage | NewsMessage, size: number, onRead?: () => void): void
}

/** Answers the questions of a topic; what it throws is told to the worker. */
export type Service = (question: readonly unknown[], peer: Peer) => unknown
