/** Runs the app of an exchange to its end, even if it throws or returns no promise. */
import { ProtocolError } from '../exceptions.ts'
import { type App, type Receive, type Scope, SENT, type Send } from '../types.ts'
import type { ResponsePhase } from './response.ts'

/** An exchange of one connection with an app. */
export interface Exchange {
  readonly scope: Scope
  readonly receive: Receive
  readonly send: Send
  /** Whether the whole response was sent. */
  readonly isComplete: boolean
  /** Called instead of the functions below if the app is quick: it has sent all and ended before its call returns. */
  conclude(): void
  /** Called if the app goes on after its call has returned. The promise resolves after `settle`. */
  goOn(ended: Promise<void>): void
  /** Returns the error if the app has returned before its response was complete. */
  incompleteness(): Error | undefined
  /** Called once when the app has ended, with its error, or undefined. */
  settle(error: unknown): void
}

/** Calls an app, and settles the exchange when the app has ended. A quick app costs no promise. */
export function run(app: App, exchange: Exchange): void {
  const done = callApp(app, exchange.scope, exchange.receive, exchange.send)
  if (done === SENT && exchange.isComplete) exchange.conclude()
  else exchange.goOn(whenEnded(done, exchange))
}

/**
 * Calls an app, and always returns a promise. For an app that has finished synchronously it is `SENT`.
 *
 * An error that the app throws synchronously becomes a rejection. If an app without types returns another
 * value than a promise, it has ended.
 */
export function callApp(app: App, scope: Scope, receive: Receive, send: Send): Promise<void> {
  try {
    return Promise.resolve(app(scope, receive, send))
  } catch (error) {
    return Promise.reject(error)
  }
}

function whenEnded(done: Promise<void>, exchange: Exchange): Promise<void> {
  return done.then(
    () => exchange.settle(exchange.incompleteness()),
    (error: unknown) => exchange.settle(asFault(error)),
  )
}

/** Returns the value that the app has thrown. If that is undefined or null, returns an error. */
export function asFault(error: unknown): unknown {
  return error ?? new Error('rejected with nothing')
}

/** Makes the error for an app that has returned before its response was complete. */
export function incomplete(phase: ResponsePhase, isFlushed: boolean): ProtocolError {
  return new ProtocolError(
    isFlushed || phase !== 'waiting'
      ? 'the app ended before its response was complete. Is a last body message, or an await, missing?'
      : 'the app ended without a response. Is a return or an await missing?',
  )
}
