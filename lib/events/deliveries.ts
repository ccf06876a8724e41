/** Calls listeners in the order of their events, a limited number at a time. */
import { callListener } from '../internal/handled.ts'
import type { EventCounts, EventFailure, EventListener } from './types.ts'

/** One listener to be called with the data of one event. */
export interface Delivery extends EventFailure {
  readonly listener: EventListener<unknown>
  /** Called when the listener has ended, or will not be called. */
  readonly done: () => void
}

export class Deliveries {
  readonly #concurrency: number
  readonly #onError: (error: unknown, failure: EventFailure) => unknown
  readonly #controller = new AbortController()
  /** The waiting deliveries, in the order of their events. A set returns its first element in constant time. */
  readonly #queue = new Set<Delivery>()
  /** The number of deliveries that wait but are not in the queue yet. */
  #held = 0
  #running = 0
  #delivered = 0
  #failed = 0
  #dropped = 0
  #onIdle: () => void = () => {}

  constructor(concurrency: number, onError: (error: unknown, failure: EventFailure) => unknown) {
    this.#concurrency = concurrency
    this.#onError = onError
  }

  get counts(): EventCounts {
    return {
      delivered: this.#delivered,
      failed: this.#failed,
      dropped: this.#dropped,
      waiting: this.#queue.size + this.#held,
      running: this.#running,
    }
  }

  /** Counts deliveries as waiting that are added or dropped later. */
  hold(count: number): void {
    this.#held += count
  }

  add(deliveries: readonly Delivery[]): void {
    this.#held -= deliveries.length
    for (const delivery of deliveries) this.#queue.add(delivery)
    // Listeners never start inside `emit`, so a handler does not wait for their synchronous part.
    queueMicrotask(() => this.#startNext())
  }

  drop(deliveries: readonly Delivery[]): void {
    this.#held -= deliveries.length
    this.#dropped += deliveries.length
    for (const { done } of deliveries) done()
    this.#tellIdle()
  }

  /**
   * Resolves when no delivery waits or runs, or after the grace time. Then the waiting deliveries are
   * dropped.
   */
  async drain(graceMs: number): Promise<void> {
    if (this.#isIdle) return
    let timer: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve
      timer = setTimeout(resolve, graceMs)
    })
    clearTimeout(timer)
    if (!this.#isIdle) this.#giveUp(graceMs)
  }

  #giveUp(graceMs: number): void {
    const left = [...this.#queue]
    this.#queue.clear()
    this.#held += left.length
    this.drop(left)
    const { running } = this.counts
    console.error(
      `events: the grace time of ${graceMs} ms is over, ${left.length} deliveries were dropped and ${running} listeners are still running.`,
    )
    this.#controller.abort(new Error('events: the grace time is over'))
  }

  get #isIdle(): boolean {
    return this.#running === 0 && this.#queue.size === 0 && this.#held === 0
  }

  #tellIdle(): void {
    if (this.#isIdle) this.#onIdle()
  }

  #startNext(): void {
    for (const delivery of this.#queue) {
      if (this.#running >= this.#concurrency) return
      this.#queue.delete(delivery)
      this.#running++
      void this.#run(delivery)
    }
  }

  async #run({ listener, name, data, done }: Delivery): Promise<void> {
    try {
      await listener(data, this.#controller.signal)
      this.#delivered++
    } catch (error) {
      this.#failed++
      callListener('events: onError', this.#onError, error, { name, data })
    }
    this.#running--
    done()
    this.#startNext()
    this.#tellIdle()
  }
}
