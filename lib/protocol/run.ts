/** Runs the app of an exchange to its end, whatever the app does. */
import { ProtocolError } from '../exceptions.ts'
import type { App, Receive, Scope, Send } from '../types.ts'
import type { ResponsePhase } from './response.ts'

/**
 * Calls an app; there is a promise in any case. An app that has finished synchronously returns `SENT`.
 *
 * What an app throws before it returns a promise is a rejection. An app without types may return
 * something else than a promise, which counts as an end.
 */
export function run(app: App, scope: Scope, receive: Receive, send: Send): Promise<void> {
  try {
    return Promise.resolve(app(scope, receive, send))
  } catch (error) {
    return Promise.reject(error)
  }
}

/** What hears of the end of an app. */
export interface Ending {
  /** The fault of an app that has returned, if something is missing. */
  incompleteness(): Error | undefined
  /** Called once, with what went wrong, or undefined. */
  settle(error: unknown): void
}

/** Calls `settle` when the app has ended. */
export function whenEnded(done: Promise<void>, ending: Ending): Promise<void> {
  return done.then(
    () => ending.settle(ending.incompleteness()),
    (error: unknown) => ending.settle(asFault(error)),
  )
}

/** What an app has thrown; in place of undefined, an error that says so. */
export function asFault(error: unknown): unknown {
  return error ?? new Error('rejected with nothing')
}

/** For an app that has returned before its response was complete. */
export function incomplete(phase: ResponsePhase, isFlushed: boolean): ProtocolError {
  return new ProtocolError(
    isFlushed || phase !== 'waiting'
      ? 'the app ended before its response was complete. Is a last body message, or an await, missing?'
      : 'the app ended without a response. Is a return or an await missing?',
  )
}
