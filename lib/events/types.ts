/** What events are made of, and what may go wrong with them. */
import type { AnyConnection } from '../dependencies.ts'
import { Unavailable } from '../exceptions.ts'
import { brand } from '../types/brand.ts'

/**
 * Called with the data of an event, and with a signal that aborts when the grace time of `close()` is
 * over. What it returns is awaited; what it throws is logged and counted.
 */
export type EventListener<Data> = (data: Data, signal: AbortSignal) => unknown

/** The listeners of events by name: one, or a list. */
export type EventListeners = Readonly<
  Record<string, EventListener<never> | readonly EventListener<never>[]>
>

/** The data of events by name, as their listeners take it. */
export type EventsOf<Listeners extends EventListeners> = {
  readonly [Name in keyof Listeners]: Listeners[Name] extends readonly (infer One)[]
    ? DataOf<One>
    : DataOf<Listeners[Name]>
}

/** What all of some listeners accept. */
type DataOf<One> = [One] extends [(data: infer Data, signal: AbortSignal) => unknown] ? Data : never

export interface EmitOptions {
  /**
   * Delivers the event once this connection has ended: after the last byte and the background work of
   * its response. If its handler fails, the event is dropped (at once).
   */
  after?: AnyConnection
}

/** An error of a listener, with its event. */
export interface EventFailure {
  readonly name: string
  readonly data: unknown
}

/** Deliveries, one for each listener of an event. */
export interface EventCounts {
  /** Listeners that have returned. */
  readonly delivered: number
  /** Listeners that have thrown. */
  readonly failed: number
  /** Deliveries that were given up: their request failed, or the grace time was over. */
  readonly dropped: number
  /** Deliveries that wait, those for the end of a response included. */
  readonly waiting: number
  /** Listeners that are running. */
  readonly running: number
}

/** Too many deliveries wait: 503 with `Retry-After` to clients. */
export class EventsFull extends Unavailable {
  static {
    brand(EventsFull, 'EventsFull')
  }

  override readonly name = 'EventsFull'
}
