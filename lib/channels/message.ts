/** The messages of channels. Each is created once for all subscribers. */
import { encodeText } from '../internal/bytes.ts'

/** The position of a message in the history of its channel. */
export interface Position {
  /** Identifies the sequence of numbers; it changes if the history was lost in between. */
  readonly run: number
  /** A time in milliseconds, at or after the publication. It never decreases within a run. */
  readonly time: number
  /** The number, which increases by one with each message. */
  readonly number: number
}

/**
 * Whether a message is the same as another one of its run, or an earlier one.
 *
 * Comparing numbers only is not enough: if Redis restarts with an older state, it assigns some numbers again.
 */
export function isUpTo(position: Position | undefined, last: Position | undefined): boolean {
  if (position === undefined || position.run !== last?.run) return false
  if (position.time !== last.time) return position.time < last.time
  return position.number <= last.number
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * A message of a channel. All subscribers of a process share one object; do not write to its bytes.
 *
 * Text can be read as bytes, and bytes as text, in UTF-8. The other form is created once, when it is
 * first read.
 *
 * @example
 * const message = new ChannelMessage('news', '{"id":7}')
 * message.json() // { id: 7 }
 */
export class ChannelMessage {
  readonly channel: string
  /** Its position in the history, if the backend keeps one. */
  readonly position: Position | undefined
  /** The size that is counted in a backlog: bytes, or characters if it was published as text. */
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

  /** Parses the text as JSON; each call parses it again. @throws SyntaxError if it is invalid. */
  json(): unknown {
    return JSON.parse(this.text)
  }
}

/** Messages of a channel that were lost on their way to this process. */
export interface ChannelGap {
  readonly channel: string
  /** The number of lost messages; undefined if the backend does not know it. */
  readonly missed: number | undefined
}

/** Joins two gaps with nothing between them. */
export function joinGaps(earlier: ChannelGap, later: ChannelGap): ChannelGap {
  const { channel } = earlier
  if (earlier.missed === undefined || later.missed === undefined) {
    return { channel, missed: undefined }
  }
  return { channel, missed: earlier.missed + later.missed }
}
