/** What an app still does when its test client closes. */
import { ClientDisconnected } from '../exceptions.ts'
import type { App } from '../types.ts'

/** How long an app gets to notice that its client has gone, as it does from a server. */
const AFTERMATH_MS = 1_000

/** The calls of an app that have not ended. */
export class Running {
  readonly #calls = new Set<Promise<void>>()
  readonly #leaving = new AbortController()

  /** Aborted when the client leaves all of them. */
  get signal(): AbortSignal {
    return this.#leaving.signal
  }

  /** The same app, whose calls are known here. */
  track(app: App): App {
    return async (scope, receive, send) => {
      const call = app(scope, receive, send)
      this.#calls.add(call)
      try {
        await call
      } finally {
        this.#calls.delete(call)
      }
    }
  }

  /** Goes away in the middle of every answer, and waits until the app is done with them. */
  async leave(): Promise<void> {
    this.#leaving.abort(new ClientDisconnected())
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, AFTERMATH_MS)
    })
    await Promise.race([Promise.allSettled(this.#calls), late])
    clearTimeout(timer)
  }
}
