/** A response that is a stream of server-sent events. */

import type { Headers } from '../http/headers.ts'
import { giveUp, type Items, isSource, iterate, type Source, take } from '../internal/sources.ts'
import { asMilliseconds, encodeEvent, type ServerSentEvent } from './events.ts'
import type { ResponseOptions } from './response.ts'
import { StreamingResponse } from './streaming.ts'

/** Where events come from; a mere text is an event with this data. */
export type EventSourceEvents = Source<ServerSentEvent | string>

export interface EventSourceOptions extends Omit<ResponseOptions, 'mediaType'> {
  /**
   * Milliseconds of silence after which a comment keeps the connection open (15,000); false for none.
   */
  ping?: number | false
  /** Milliseconds that the browser waits before it connects again (the browser's own, a few seconds). */
  retry?: number
}

export const DEFAULT_PING_MS = 15_000

/** The longest time that a timer can be set to. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Sends what an iterable gives as server-sent events, to an `EventSource` in a browser.
 *
 * One event is asked for at a time, when the client has taken the last. When the client goes, the
 * iterable is told to stop, and its `finally` blocks run; a generator that waits for something hears
 * of it through `request.signal`. When the server begins to close, the stream ends, so that the browser
 * connects again, to another one; such a generator hears of that through `request.draining`. When the iterable ends, the browser connects again, and tells the id
 * it has seen last: see `lastEventId`. A status of 204 keeps it from that.
 *
 * Nothing may keep the events for later: `cache-control: no-store` and `x-accel-buffering: no` are set
 * unless they are given.
 *
 * @throws TypeError when the events are not iterable; RangeError for a `ping` or `retry` that is no
 * number of milliseconds. While sending, what `encodeEvent` throws.
 * @example
 * async function* ticks(from: number) {
 *   for (let tick = from; tick < 10; tick++) yield { id: `${tick}`, event: 'tick', data: `${tick}` }
 * }
 * new EventSourceResponse(ticks(Number(lastEventId(request) ?? -1) + 1), { retry: 1000 })
 */
export class EventSourceResponse extends StreamingResponse {
  static override readonly optionNames: string = 'ping retry status headers background'

  static override readonly mediaType: string = 'text/event-stream'

  constructor(events: EventSourceEvents, options: EventSourceOptions = {}) {
    const { ping = DEFAULT_PING_MS, retry } = options
    if (!isSource(events)) {
      throw new TypeError(
        `${new.target.name}: the content must be iterable in events, ${events === null ? 'null' : typeof events} was given. Use an async generator.`,
      )
    }
    assertPing(ping, new.target.name)
    // What comes first opens the connection in the browser, however long the first event takes.
    const opening = retry === undefined ? PING : `retry: ${asMilliseconds(retry)}\n\n`
    super({ [Symbol.asyncIterator]: () => new EventChunks(events, opening, ping) }, options)
    take(events)
    this.headers.setDefault('cache-control', 'no-store')
    this.headers.setDefault('x-accel-buffering', 'no')
  }

  protected override get endsWithServer(): boolean {
    return true
  }
}

/**
 * The id of the last event that a browser got before it lost the connection, or null.
 *
 * It is what the client says: look it up, do not trust it.
 *
 * @example
 * const id = lastEventId(request)
 */
export function lastEventId({ headers }: { readonly headers: Headers }): string | null {
  const field = headers.get('last-event-id')
  if (field === null || field === '') return null
  // Browsers send it in UTF-8, where other fields are latin-1.
  return new TextDecoder().decode(Uint8Array.from(field, (char) => char.charCodeAt(0)))
}

function assertPing(ping: unknown, where: string): void {
  if (ping === false) return
  if (typeof ping === 'number' && ping >= 1 && ping <= LONGEST_MS) return
  throw new RangeError(
    `${where}: ping must be a number of milliseconds from 1 to ${LONGEST_MS}, ${String(ping)} was given. Pass false for none.`,
  )
}

/** A comment, which browsers take note of only as a sign of life. */
const PING = ':\n\n'

type Chunk = IteratorResult<string, undefined>

/**
 * The events as text, and pings in between.
 *
 * No generator, which could not be stopped while it waits: its timer would stay.
 */
class EventChunks implements AsyncIterator<string, undefined> {
  readonly #source: EventSourceEvents
  readonly #events: Items<ServerSentEvent | string>
  readonly #ping: number | false
  #opening: string
  /** Whether the source is to give an event that was not sent yet. */
  #asked = false
  /** Gives what the source has given, or throws what it has thrown. */
  #answer: (() => Chunk) | undefined
  #wake: () => void = () => {}
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(source: EventSourceEvents, opening: string, ping: number | false) {
    this.#source = source
    this.#events = iterate(source)
    this.#opening = opening
    this.#ping = ping
  }

  async next(): Promise<Chunk> {
    const opening = this.#opening
    this.#opening = ''
    if (opening !== '') return { done: false, value: opening }
    if (!this.#asked) this.#ask()
    if (this.#answer === undefined) await this.#answerOrSilence()
    const answer = this.#answer
    if (answer === undefined) return { done: false, value: PING }
    this.#answer = undefined
    this.#asked = false
    return answer()
  }

  /** Asked once, however many pings go before the answer: they would pile up behind one promise. */
  async #ask(): Promise<void> {
    this.#asked = true
    try {
      const { done, value } = await this.#events.next()
      const answer = (): Chunk =>
        done ? { done, value: undefined } : { done: false, value: encodeEvent(value) }
      this.#answer = answer
    } catch (error) {
      const answer = (): never => {
        throw error
      }
      this.#answer = answer
    }
    this.#wake()
  }

  #answerOrSilence(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ping !== false) this.#timer = setTimeout(resolve, this.#ping)
      const wake = (): void => {
        clearTimeout(this.#timer)
        resolve()
      }
      this.#wake = wake
    })
  }

  async return(): Promise<Chunk> {
    clearTimeout(this.#timer)
    await giveUp(this.#source, this.#events)
    return { done: true, value: undefined }
  }
}
