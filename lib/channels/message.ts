/** A message, made once for all who get it. */
import { encodeText } from '../internal/bytes.ts'

/** Where a message stands in what is kept of its channel. */
export interface Position {
  /** Which run of numbers it is: another one when all was forgotten in between. */
  readonly run: number
  /** When it was published, in milliseconds, or later; it never goes back in a run. */
  readonly time: number
  /** One more than that of the message before. */
  readonly number: number
}

/**
 * Whether a message came no later than another one of its run.
 *
 * Numbers alone do not tell: when Redis comes back with what it knew a while ago, some are given again.
 */
export function isUpTo(position: Position | undefined, last: Position | undefined): boolean {
  if (position === undefined || position.run !== last?.run) return false
  if (position.time !== last.time) return position.time < last.time
  return position.number <= last.number
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * A message of a channel: all subscribers of a process share one, so it is not to be written to.
 *
 * What was published as text can be read as bytes, and the other way round, in UTF-8; either is made
 * once, when somebody first asks.
 *
 * @example
 * const message = new ChannelMessage('news', '{"id":7}')
 * message.json() // { id: 7 }
 */
export class ChannelMessage {
  readonly channel: string
  /** Where it stands in the history, when the backend keeps one. */
  readonly position: Position | undefined
  /** What it counts for in a backlog: its bytes, or its characters when it came as text. */
  readonly size: number
  #text: string | undefined
  #bytes: Uint8Array | undefined

  constructor(channel: string, content: string | Uint8Array, position?: Position) {
    this.channel = channel
    this.position = position
    this.size = content.length
    if (typeof content === 'string') this.#text = content
    else this.#bytes = content
  }

  get text(): string {
    this.#text ??= decoder.decode(this.#bytes)
    return this.#text
  }

  get bytes(): Uint8Array {
    this.#bytes ??= encodeText(this.text)
    return this.#bytes
  }

  /** The value that the text is JSON of, a new one each time. @throws SyntaxError when it is none. */
  json(): unknown {
    return JSON.parse(this.text)
  }
}

/** Messages of a channel have been lost on their way to this process. */
export interface ChannelGap {
  readonly channel: string
  /** How many, where the backend can tell. */
  readonly missed: number | undefined
}

/** Two gaps with nothing between them. */
export function joinGaps(earlier: ChannelGap, later: ChannelGap): ChannelGap {
  const { channel } = earlier
  if (earlier.missed === undefined || later.missed === undefined) {
    return { channel, missed: undefined }
  }
  return { channel, missed: earlier.missed + later.missed }
}
