/** The emitter, which delivers events to their listeners. */
import { type Dependency, dependency } from '../dependencies.ts'
import { ClientDisconnected } from '../exceptions.ts'
import { check, checkFunction, checkRange } from '../internal/checks.ts'
import { asText } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { nearest } from '../internal/nearest.ts'
import { Deliveries, type Delivery } from './deliveries.ts'
import {
  type EmitOptions,
  type EventCounts,
  type EventFailure,
  type EventListener,
  type EventListeners,
  EventsFull,
  type EventsOf,
} from './types.ts'

export interface EventsOptions {
  /** The maximum number of listeners that run at a time (100). With 1, each waits for the previous one. */
  concurrency?: number
  /** The maximum number of waiting deliveries, one for each listener of an event (10,000). */
  maxWaiting?: number
  /** How long `close()` waits for listeners, in milliseconds (10,000). */
  graceMs?: number
  /** Called with the error of a listener, and with its event (logged by `console.error`). */
  onError?: (error: unknown, event: EventFailure) => unknown
}

/** An emitter with the listeners of all its events. */
export interface Events<Data extends Readonly<Record<string, unknown>>> extends AsyncDisposable {
  /**
   * Delivers an event to its listeners, at once or after a response. The promise resolves when all listeners
   * have ended, and never rejects, so you may await or ignore it.
   *
   * @throws EventsFull if more than `maxWaiting` deliveries would wait. The response is a 503.
   * @throws TypeError if the name is unknown, or the emitter is closed.
   */
  emit<Name extends keyof Data & string>(
    name: Name,
    data: Data[Name],
    options?: EmitOptions,
  ): Promise<void>
  /** The numbers of deliveries by their state. */
  readonly counts: EventCounts
  /**
   * Waits for all deliveries, up to the grace time. Then it drops the rest, and aborts the signal of
   * listeners that are still running. Until it has ended, listeners may emit events.
   */
  close(): Promise<void>
}

/**
 * Returns an emitter with its listeners. The types of the listeners determine the types of the events.
 *
 * Listeners are called in the order of their events, up to `concurrency` at a time, and never inside `emit`.
 * Their errors are logged and counted, and do not stop other listeners. Events exist only in this process and
 * are lost when it ends. To reach other processes use `channels()`; for work that must not be lost use a job
 * queue.
 *
 * @throws TypeError if a listener or an option is invalid, RangeError if a number is out of range.
 * @example
 * const shop = events({ sold: [(item: string) => console.log(item), () => {}] })
 * void shop.emit('sold', 'tea')
 * await shop.close() // prints tea
 */
export function events<const Listeners extends EventListeners>(
  listeners: Listeners,
  options: EventsOptions = {},
): Events<EventsOf<Listeners>> {
  knownOptions('events', options, 'concurrency maxWaiting graceMs onError')
  return new Emitter(tableOf(listeners), options)
}

type Listener = EventListener<unknown>

class Emitter<Data extends Readonly<Record<string, unknown>>> implements Events<Data> {
  readonly #listeners: ReadonlyMap<string, readonly Listener[]>
  readonly #deliveries: Deliveries
  readonly #maxWaiting: number
  readonly #graceMs: number
  /** For each connection, the deliveries for its end. */
  readonly #pending: Dependency<Delivery[]>
  #closing: Promise<void> | undefined
  #isClosed = false

  constructor(
    listeners: ReadonlyMap<string, readonly Listener[]>,
    { concurrency = 100, maxWaiting = 10_000, graceMs = 10_000, onError = log }: EventsOptions,
  ) {
    for (const [name, count] of Object.entries({ concurrency, maxWaiting })) {
      const what = `${name} must be a whole number greater than 0`
      checkRange('events', count >= 1 && isWhole(count), what, count, 'Use Infinity for no limit')
    }
    const isTime = graceMs >= 0 && graceMs <= LONGEST_MS
    const time = `graceMs must be milliseconds, at most ${LONGEST_MS}`
    checkRange('events', isTime, time, graceMs, 'Omit it for 10 s')
    checkFunction('events', 'onError', onError, 'Write (error, event) => …')
    this.#listeners = listeners
    this.#deliveries = new Deliveries(concurrency, onError)
    this.#maxWaiting = maxWaiting
    this.#graceMs = graceMs
    this.#pending = pendingOf(this.#deliveries)
  }

  get counts(): EventCounts {
    return this.#deliveries.counts
  }

  emit<Name extends keyof Data & string>(
    name: Name,
    data: Data[Name],
    options: EmitOptions = {},
  ): Promise<void> {
    knownOptions('events: emit', options, 'after')
    const listeners = this.#find(name)
    this.#assertRoom(name, listeners.length)
    const pending = options.after === undefined ? undefined : this.#pending.of(options.after)
    const finished = listeners.map(
      (listener) =>
        new Promise<void>((done) => {
          const delivery = { listener, name, data, done }
          this.#deliveries.hold(1)
          if (pending === undefined) this.#deliveries.add([delivery])
          else pending.push(delivery)
        }),
    )
    return Promise.all(finished).then(() => {})
  }

  #find(name: string): readonly Listener[] {
    if (this.#isClosed) {
      throw new TypeError(
        `events: no event can be emitted after close(), ${JSON.stringify(name)} was given. Close the emitter after everything that emits.`,
      )
    }
    const listeners = this.#listeners.get(name)
    if (listeners !== undefined) return listeners
    const near = nearest(name, [...this.#listeners.keys()])
    const fix = near === undefined ? 'Add it to events({ … })' : `Did you mean "${near}"?`
    throw new TypeError(`events: unknown event ${JSON.stringify(name)}. ${fix}`)
  }

  #assertRoom(name: string, wanted: number): void {
    const { waiting } = this.#deliveries.counts
    if (waiting + wanted <= this.#maxWaiting) return
    throw new EventsFull(
      `events: at most ${this.#maxWaiting} deliveries may wait, ${waiting} are waiting, so ${JSON.stringify(name)} was refused. Await emit(), or raise maxWaiting or concurrency.`,
    )
  }

  close(): Promise<void> {
    this.#closing ??= this.#deliveries.drain(this.#graceMs).then(() => {
      this.#isClosed = true
    })
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** The maximum delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1

function isWhole(count: number): boolean {
  return Number.isInteger(count) || count === Number.POSITIVE_INFINITY
}

/**
 * Returns the dependency with the deliveries for the end of a connection. Its generator ends after the
 * response; an error of the connection is thrown into it.
 */
function pendingOf(deliveries: Deliveries): Dependency<Delivery[]> {
  return dependency(function* events() {
    const pending: Delivery[] = []
    try {
      yield pending
    } catch (error) {
      // If the client has disconnected, the handler has still done its work, so the events are delivered.
      if (!(error instanceof ClientDisconnected)) {
        deliveries.drop(pending)
        throw error
      }
    }
    deliveries.add(pending)
  })
}

function tableOf(listeners: unknown): ReadonlyMap<string, readonly Listener[]> {
  const isTable = typeof listeners === 'object' && listeners !== null && !Array.isArray(listeners)
  const what = 'the listeners must be an object of functions'
  check('events', isTable, what, listeners, 'Write events({ sold: [(order: Order) => …] })')
  const entries = Object.entries(listeners as object).map(([name, given]) => {
    const list: readonly unknown[] = Array.isArray(given) ? [...given] : [given]
    for (const listener of list) {
      const each = `each listener of ${JSON.stringify(name)} must be a function`
      check('events', typeof listener === 'function', each, listener, 'Write (data) => …')
    }
    return [name, list as readonly Listener[]] as const // checked above
  })
  return new Map(entries)
}

function log(error: unknown, { name }: EventFailure): void {
  const text = error instanceof Error ? (error.stack ?? String(error)) : asText(error)
  console.error(`events: a listener of ${JSON.stringify(name)} failed. ${text}`)
}
