/** The time limit of a test request, with a message that shows the progress of the app. */

import { outOfRange } from '../../internal/checks.ts'
import { whenLate } from '../../internal/deadline.ts'
import type { App } from '../../types.ts'

/** Aborts a request without a response in time. */
export class Lateness {
  readonly #name: string
  readonly #timeout: number | undefined
  readonly #controller = new AbortController()
  #received = 'nothing'
  #sent = 'nothing'

  /** @throws RangeError if the time is not a positive number. */
  constructor(name: string, timeout: number | undefined) {
    if (timeout !== undefined && !(timeout > 0)) {
      const what = 'timeout must be a positive number of milliseconds'
      throw outOfRange('testClient', what, timeout, 'Omit it for no limit')
    }
    this.#name = name
    this.#timeout = timeout
  }

  /** Aborts with the error when the time is over; undefined without a limit. */
  get signal(): AbortSignal | undefined {
    return this.#timeout === undefined ? undefined : this.#controller.signal
  }

  /** Wraps the app to record its last messages. */
  watching(app: App): App {
    if (this.#timeout === undefined) return app
    return (scope, receive, send) =>
      app(
        scope,
        async () => {
          const message = await receive()
          this.#received = message.type
          return message
        },
        (message) => {
          this.#sent = message.type
          return send(message)
        },
      )
  }

  async until<Value>(promise: Promise<Value>): Promise<Value> {
    if (this.#timeout === undefined) return promise
    const callOff = whenLate(this.#timeout, () => this.#controller.abort(this.#error()))
    try {
      return await promise
    } finally {
      callOff()
    }
  }

  #error(): Error {
    return new Error(
      `testClient: the app has not answered ${this.#name} within ${this.#timeout} ms; the last message that it received was ${this.#received}, the last message that it sent was ${this.#sent}. Find what the handler waits for, or pass another timeout.`,
    )
  }
}
