/** What an app still does when its test client closes. */
import { ClientDisconnected } from '../exceptions.ts'
import type { App } from '../types.ts'

/** How long an app gets to notice that its client has gone, as it does from a server. */
const AFTERMATH_MS = 1_000

/** A call of an app, and the signal that makes its client go away. */
export interface Call {
  readonly app: App
  readonly signal: AbortSignal
}

/** The calls of an app that have not ended. */
export class Running {
  readonly #calls = new Map<AbortController, Promise<void>>()

  /** The same app, for one call that is known here until it ends. */
  begin(app: App): Call {
    // Each has its own: ten listeners on one signal would pass for a leak.
    const controller = new AbortController()
    const call: App = async (scope, receive, send) => {
      const done = app(scope, receive, send)
      this.#calls.set(controller, done)
      try {
        await done
      } finally {
        this.#calls.delete(controller)
      }
    }
    return { app: call, signal: controller.signal }
  }

  /** Goes away in the middle of every answer, and waits until the app is done with them. */
  async leave(): Promise<void> {
    const calls = [...this.#calls]
    for (const [controller] of calls) controller.abort(new ClientDisconnected())
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, AFTERMATH_MS)
    })
    await Promise.race([Promise.allSettled(calls.map(([, done]) => done)), late])
    clearTimeout(timer)
  }
}
