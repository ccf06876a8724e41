/** The interface of the backends that carry messages. */
import { Unavailable } from '../exceptions.ts'
import { checkRange, invalid } from '../internal/checks.ts'
import type { Position } from './message.ts'

/** A message in the history of a channel. */
export interface KeptMessage {
  readonly content: string | Uint8Array
  readonly position: Position
}

/** Receives the messages of a channel. */
export interface ChannelListener {
  deliver(content: string | Uint8Array, position?: Position): void
  /** Reports that messages were lost before the next one. */
  gap(missed?: number): void
  /** Begins to deliver missed messages, many at once. */
  catchUp(): CatchUp
}

/** Delivers missed messages as fast as they are read. */
export interface CatchUp {
  /**
   * Resolves when all readers have room for a message of this size; undefined if they already have. A message
   * that is delivered without waiting may be dropped, which is recorded as a gap.
   */
  room(size: number): Promise<void> | undefined
  deliver(content: string | Uint8Array, position?: Position): void
}

/**
 * Carries messages between publishers and subscribers. Any object of this shape can be used.
 *
 * A backend belongs to one `channels()`, which checks the names, joins each channel once for all its
 * subscribers, and closes the backend.
 */
export interface ChannelBackend {
  /** The number of messages of each channel that are kept (0 for none). */
  readonly kept: number
  /** Resolves when the message was sent; otherwise rejects with `ChannelsUnavailable`. */
  publish(channel: string, content: string | Uint8Array): Promise<void>
  /** Resolves when the listener will receive all messages that are published from then on. */
  join(channel: string, listener: ChannelListener): Promise<void>
  /**
   * Resolves when the messages of a joined channel reach its listener; rejects with `ChannelsUnavailable` if
   * that takes too long. Optional: omit it if `join` already waits for this.
   */
  confirm?(channel: string): Promise<void>
  /** Undoes a `join`, even one that is pending or has failed. */
  leave(channel: string): void
  /** The last messages of a channel, the oldest first. */
  history(channel: string, limit: number): Promise<readonly KeptMessage[]>
  close(): Promise<void>
}

/**
 * The error if the backend cannot be reached, or has not replied in time. The response is a 503, unless an
 * exception handler for this class returns another one.
 */
export class ChannelsUnavailable extends Unavailable {
  override readonly name = 'ChannelsUnavailable'
}

const LONGEST_NAME = 255

/** @throws RangeError if the number of messages that a backend keeps is invalid. */
export function checkHistory(where: string, history: number): void {
  const isWhole = Number.isSafeInteger(history) && history >= 0
  const whole = 'history must be a whole number of messages'
  checkRange(where, isWhole, whole, history, 'Use 0 to keep none')
}

/**
 * Checks the name of a channel. Different valid names are different channels in every backend.
 *
 * @throws TypeError if the name is empty, longer than 255 characters, or has control characters or lone
 * surrogates.
 */
export function assertName(where: string, name: string): void {
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME && !UNFIT.test(name)) {
    return
  }
  const what = `a name must have 1 to ${LONGEST_NAME} characters, without control characters and lone surrogates`
  throw invalid(where, what, name, 'Choose another name')
}

const UNFIT = /[\p{Cc}\p{Cs}]/u
