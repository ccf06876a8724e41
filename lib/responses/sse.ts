/** A response that is a stream of server-sent events. */

import type { Headers } from '../http/headers.ts'
import { giveUp, type Items, isSource, iterate, type Source, take } from '../internal/sources.ts'
import { asMilliseconds, encodeEvent, type ServerSentEvent } from './events.ts'
import type { ResponseOptions } from './response.ts'
import { StreamingResponse } from './streaming.ts'

/** A source of events; a string is an event with this data. */
export type EventSourceEvents = Source<ServerSentEvent | string>

export interface EventSourceOptions extends Omit<ResponseOptions, 'mediaType'> {
  /** Milliseconds of silence after which a comment keeps the connection open (15,000); false for none. */
  ping?: number | false
  /** Milliseconds that the browser waits before it reconnects (the browser's default, a few seconds). */
  retry?: number
}

export const DEFAULT_PING_MS = 15_000

/** The longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Sends the items of an iterable as server-sent events, to an `EventSource` in a browser.
 *
 * The next event is requested when the client has accepted the last one. If the client disconnects, the
 * iterable is closed and its `finally` blocks run; a generator that waits for something is told by
 * `request.signal`. When the server begins to close, the stream ends, so that browsers reconnect to
 * another server; such a generator is told by `request.draining`. When the iterable ends, browsers
 * reconnect with the id that they saw last, see `lastEventId`; respond with 204 to stop them.
 *
 * So that proxies do not hold events back, `cache-control: no-store` and `x-accel-buffering: no` are set
 * if they are missing.
 *
 * @throws TypeError if the events are not iterable; RangeError if `ping` or `retry` is not a number of
 * milliseconds. Sending rejects as `encodeEvent` throws.
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
    // A first comment opens the connection in the browser, even if the first event takes long.
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
 * The id of the last event that the browser received before it lost the connection, or null.
 *
 * The client may send any id: look it up, do not trust it.
 *
 * @example
 * const id = lastEventId(request)
 */
export function lastEventId({ headers }: { readonly headers: Headers }): string | null {
  const field = headers.get('last-event-id')
  if (field === null || field === '') return null
  // Browsers send it in UTF-8, unlike other fields, which are latin-1.
  return new TextDecoder().decode(Uint8Array.from(field, (char) => char.charCodeAt(0)))
}

function assertPing(ping: unknown, where: string): void {
  if (ping === false) return
  if (typeof ping === 'number' && ping >= 1 && ping <= LONGEST_MS) return
  throw new RangeError(
    `${where}: ping must be a number of milliseconds from 1 to ${LONGEST_MS}, ${String(ping)} was given. Use false for none.`,
  )
}

/** A comment, which browsers ignore except as a sign of life. */
const PING = ':\n\n'

type Chunk = IteratorResult<string, undefined>

/**
 * The events as text, with pings in between.
 *
 * Not a generator, which could not be stopped while it waits: its timer would stay.
 */
class EventChunks implements AsyncIterator<string, undefined> {
  readonly #source: EventSourceEvents
  readonly #events: Items<ServerSentEvent | string>
  readonly #ping: number | false
  #opening: string
  /** Whether the source was asked for an event that was not sent yet. */
  #asked = false
  /** Returns the event of the source, or throws its error. */
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

  /** Asks once per event, however many pings are sent before it: reactions would pile up on one promise. */
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
