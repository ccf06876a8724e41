/** The calls of an app that are still running when its test client closes. */
import { ClientDisconnected } from '../../exceptions.ts'
import { endsWithin } from '../../internal/deadline.ts'
import type { App } from '../../types.ts'

/** The time that an app has to notice the disconnect, in ms. */
const AFTERMATH_MS = 1_000

/** A call of an app, and the signal that disconnects its client. */
interface Call {
  readonly app: App
  readonly signal: AbortSignal
  /** Registers a listener for when the client begins to close, before it disconnects. */
  readonly onDraining: (listener: () => void) => void
}

/** The calls of an app that have not ended. */
export class Running {
  readonly #calls = new Map<AbortController, Promise<void>>()
  readonly #draining = new Map<AbortController, (() => void)[]>()
  #isDraining = false

  /** Wraps the app for one call, which is tracked until it ends. */
  begin(app: App): Call {
    // Each call has its own signal, because more than ten listeners on one signal trigger the leak warning.
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

  /** Notifies the draining listeners, as a server does, and waits a moment for the calls to end. */
  async drain(): Promise<void> {
    this.#isDraining = true
    const listening = [...this.#draining]
    const calls = listening.map(([controller]) => this.#calls.get(controller))
    for (const listener of listening.flatMap(([, listeners]) => listeners)) listener()
    await withinAftermath(calls)
  }

  /** Disconnects every call, and waits until the app has finished. */
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
