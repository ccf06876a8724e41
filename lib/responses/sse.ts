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

const DEFAULT_PING_MS = 15_000

/** The longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Sends the items of an iterable as server-sent events, to an `EventSource` in a browser.
 *
 * The next event is requested when the client has accepted the last one. If the client disconnects, the
 * iterable is closed and its `finally` blocks run; a generator that waits for something can use
 * `request.signal` to stop. When the server begins to close, the stream ends, and browsers reconnect to
 * another server; a waiting generator can use `request.draining`. When the iterable ends, browsers reconnect
 * and send the id of the last event, see `lastEventId`. Respond with 204 to stop them.
 *
 * `cache-control: no-store` and `x-accel-buffering: no` are set if they are missing, because proxies may
 * otherwise buffer events.
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
 * The client may send any id: check that it exists.
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

/** A comment. Browsers ignore it, but it keeps the connection open. */
const PING = ':\n\n'

type Chunk = IteratorResult<string, undefined>

/**
 * The events as text, with pings in between.
 *
 * This is not a generator because a generator cannot be stopped while it waits: its timer would stay.
 */
class EventChunks implements AsyncIterator<string, undefined> {
  readonly #source: EventSourceEvents
  readonly #events: Items<ServerSentEvent | string>
  readonly #ping: number | false
  #opening: string
  /** Whether an event was requested from the source and not sent yet. */
  #isRequested = false
  /** Returns the event of the source, or throws its error. */
  #result: (() => Chunk) | undefined
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
    if (!this.#isRequested) this.#request()
    if (this.#result === undefined) await this.#resultOrSilence()
    const answer = this.#result
    if (answer === undefined) return { done: false, value: PING }
    this.#result = undefined
    this.#isRequested = false
    return answer()
  }

  /**
   * Requests each event once, however many pings are sent before it. Otherwise, callbacks would accumulate on
   * one promise.
   */
  async #request(): Promise<void> {
    this.#isRequested = true
    try {
      const { done, value } = await this.#events.next()
      const answer = (): Chunk =>
        done ? { done, value: undefined } : { done: false, value: encodeEvent(value) }
      this.#result = answer
    } catch (error) {
      const answer = (): never => {
        throw error
      }
      this.#result = answer
    }
    this.#wake()
  }

  #resultOrSilence(): Promise<void> {
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
