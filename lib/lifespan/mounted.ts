/** The lifespans of mounted apps. */
import type { App, LifespanScope, State } from '../types.ts'
import { isStarting, STATES, type States, TAKES_PART, type WithStates } from './marks.ts'
import { type StartedLifespan, startLifespan } from './start.ts'

export class MountedLifespans {
  readonly #started: StartedLifespan[] = []

  /**
   * Starts them one after another, except those that other mounts of the server have started.
   *
   * @throws Error if one of them fails; those before it have started and must be stopped.
   */
  async start(apps: readonly App[], { state }: LifespanScope): Promise<void> {
    const above = (state as WithStates | undefined)?.[STATES]
    const states: States = above ?? new Map()
    for (const app of new Set(apps)) this.#started.push(await startMounted(app, states))
    if (above !== undefined) return
    prune(states)
    if (states.size === 0) return
    if (state === undefined) throw noState()
    ;(state as WithStates)[STATES] = states
  }

  /**
   * Stops all of them in reverse order, even if one fails.
   *
   * @throws Error of the first that failed.
   */
  async stop(): Promise<void> {
    const failures: unknown[] = []
    for (const { stop } of this.#started.splice(0).reverse()) {
      await stop().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }

  /** Stops them after another error, which the caller reports. */
  async giveUp(): Promise<void> {
    await this.stop().catch(() => {})
  }
}

function startMounted(app: App, states: States): Promise<StartedLifespan> {
  const state: State & WithStates = { [STATES]: states }
  if (TAKES_PART in app) return startLifespan(app, 'auto', state)
  return startLifespan(app, 'try', state, () => isStarting(states, state))
}

/** Deletes the entries of apps without a state. */
function prune(states: States): void {
  for (const [app, state] of states) if (Object.keys(state).length === 0) states.delete(app)
}

function noState(): TypeError {
  return new TypeError(
    'lifespan: a mounted app yields a state, but the server does not support "state" in the lifespan scope. Yield nothing there.',
  )
}
