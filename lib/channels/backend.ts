/** What channels need of the place that messages go through. */
import { Unavailable } from '../exceptions.ts'
import type { Position } from './message.ts'

/** What is kept of a channel, in the order of publishing. */
export interface KeptMessage {
  readonly content: string | Uint8Array
  readonly position: Position
}

/** Hears what comes on a channel. */
export interface ChannelListener {
  deliver(content: string | Uint8Array, position?: Position): void
  /** Something was lost before what comes next. */
  gap(missed?: number): void
  /** Begins to take messages that were missed, many at once. */
  catchUp(): CatchUp
}

/** Takes messages that were missed as fast as they are read. */
export interface CatchUp {
  /**
   * Resolves when a message of a size finds room with all who read; undefined when it does already.
   * What is delivered without waiting may be dropped, which a gap tells.
   */
  room(size: number): Promise<void> | undefined
  deliver(content: string | Uint8Array, position?: Position): void
}

/**
 * Carries messages between those who publish and those who subscribe; any object like this is one.
 *
 * It belongs to one `channels()`, which has checked the names, asks for a channel once however many
 * subscribe to it, and closes it.
 */
export interface ChannelBackend {
  /** How many messages are kept of each channel (0 for none). */
  readonly kept: number
  /** Resolves when the message is on its way; rejects, with `ChannelsUnavailable`, when it is not. */
  publish(channel: string, content: string | Uint8Array): Promise<void>
  /** Resolves when what is published from now on will come to the listener. */
  join(channel: string, listener: ChannelListener): Promise<void>
  /**
   * Resolves when what is published on a channel that was joined comes to its listener, and rejects,
   * with `ChannelsUnavailable`, when it does not in time. A backend that is always there has none.
   */
  confirm?(channel: string): Promise<void>
  /** Takes back a `join`, also one that has not resolved, or has failed. */
  leave(channel: string): void
  /** The last messages of a channel, the oldest first. */
  history(channel: string, limit: number): Promise<readonly KeptMessage[]>
  close(): Promise<void>
}

/**
 * The backend cannot be reached, or has not answered in time: 503 for the client, unless a handler for
 * this class answers otherwise.
 */
export class ChannelsUnavailable extends Unavailable {
  override readonly name = 'ChannelsUnavailable'
}

const LONGEST_NAME = 255

/**
 * Checks the name of a channel: two that differ are two channels, in every backend.
 *
 * @throws TypeError for one with control characters or lone surrogates, an empty or a long one.
 */
export function assertName(where: string, name: string): void {
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME && !UNFIT.test(name)) {
    return
  }
  throw new TypeError(
    `${where}: a name is 1 to ${LONGEST_NAME} characters, none of them a control character or half of a pair, ${JSON.stringify(name)} was given. Choose another.`,
  )
}

const UNFIT = /[\p{Cc}\p{Cs}]/u
