/** What an app still does when its test client closes. */
import { ClientDisconnected } from '../../exceptions.ts'
import { endsWithin } from '../../internal/deadline.ts'
import type { App } from '../../types.ts'

/** How long an app gets to notice that its client has gone, as it does from a server. */
const AFTERMATH_MS = 1_000

/** A call of an app, and the signal that makes its client go away. */
export interface Call {
  readonly app: App
  readonly signal: AbortSignal
  /** Calls a listener when the client begins to close, before it goes away. */
  readonly onDraining: (listener: () => void) => void
}

/** The calls of an app that have not ended. */
export class Running {
  readonly #calls = new Map<AbortController, Promise<void>>()
  readonly #draining = new Map<AbortController, (() => void)[]>()
  #isDraining = false

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
        this.#draining.delete(controller)
      }
    }
    const onDraining = (listener: () => void): void => {
      if (this.#isDraining) listener()
      else this.#draining.set(controller, [...(this.#draining.get(controller) ?? []), listener])
    }
    return { app: call, signal: controller.signal, onDraining }
  }

  /** Tells those who listen that the end is near, as a server does, and gives them time to end. */
  async drain(): Promise<void> {
    this.#isDraining = true
    const listening = [...this.#draining]
    const calls = listening.map(([controller]) => this.#calls.get(controller))
    for (const listener of listening.flatMap(([, listeners]) => listeners)) listener()
    await withinAftermath(calls)
  }

  /** Goes away in the middle of every answer, and waits until the app is done with them. */
  async leave(): Promise<void> {
    const calls = [...this.#calls]
    for (const [controller] of calls) controller.abort(new ClientDisconnected())
    await withinAftermath(calls.map(([, done]) => done))
  }
}

async function withinAftermath(calls: readonly (Promise<void> | undefined)[]): Promise<void> {
  if (calls.length === 0) return
  await endsWithin(Promise.allSettled(calls), AFTERMATH_MS)
}
