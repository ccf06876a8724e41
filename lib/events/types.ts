/** The types of events, and the error if too many wait. */
import type { AnyConnection } from '../dependencies.ts'
import { Unavailable } from '../exceptions.ts'
import { brand } from '../types/brand.ts'

/**
 * Called with the data of an event, and with a signal that aborts when the grace time of `close()` is over.
 * Its promise is awaited, and its errors are logged and counted.
 */
export type EventListener<Data> = (data: Data, signal: AbortSignal) => unknown

/** The listeners of events by name: one, or a list. */
export type EventListeners = Readonly<
  Record<string, EventListener<never> | readonly EventListener<never>[]>
>

/** The data of events by name, from the parameters of their listeners. */
export type EventsOf<Listeners extends EventListeners> = {
  readonly [Name in keyof Listeners]: Listeners[Name] extends readonly (infer One)[]
    ? DataOf<One>
    : DataOf<Listeners[Name]>
}

/** The data that all listeners of an event accept. */
type DataOf<One> = [One] extends [(data: infer Data, signal: AbortSignal) => unknown] ? Data : never

export interface EmitOptions {
  /**
   * Delivers the event after this connection has ended: after the last byte and the background work of its
   * response (unset: at once). If its handler fails, the event is dropped.
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
  /** Deliveries that were dropped: their request failed, or the grace time was over. */
  readonly dropped: number
  /** Deliveries that wait, including deliveries for the end of a response. */
  readonly waiting: number
  /** Listeners that are running. */
  readonly running: number
}

/** The error if too many deliveries wait. It is answered with 503 and `Retry-After`. */
export class EventsFull extends Unavailable {
  static {
    brand(EventsFull, 'EventsFull')
  }

  override readonly name = 'EventsFull'
}
