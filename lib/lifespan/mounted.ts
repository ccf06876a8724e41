/** The lifespans of mounted apps, and the state that these yield for their own requests. */

import type { App, LifespanScope, Scope, State } from '../types.ts'
import { type StartedLifespan, startLifespan } from './start.ts'

/** Marks apps that take part in the lifespan of their parent; registered, so that all copies share it. */
const TAKES_PART: unique symbol = Symbol.for('stellula.takesPart') as never

/** Marks an app that has a lifespan, or may contain one. */
export function takesPart<Participant extends App>(app: Participant): Participant {
  return Object.defineProperty(app, TAKES_PART, { value: true })
}

export function hasLifespan(app: unknown): app is App {
  return typeof app === 'function' && TAKES_PART in app
}

/** The key of the states of mounted apps in the server's state, of which each request has a copy. */
const STATES: unique symbol = Symbol.for('stellula.states') as never

type States = ReadonlyMap<App, State>

interface WithStates {
  [STATES]?: States
}

/** Adds the state of a mounted app's lifespan to the state of a request to that app. */
export function adoptState(app: App, scope: Exclude<Scope, LifespanScope>): void {
  const { state } = scope
  const own = state === undefined ? undefined : (state as WithStates)[STATES]?.get(app)
  if (own !== undefined) Object.assign(state as State, own)
}

export class MountedLifespans {
  readonly #started: StartedLifespan[] = []

  /**
   * Starts them one after another.
   *
   * @throws Error if one of them fails; those before it have started and must be stopped.
   */
  async start(apps: readonly App[], { state }: LifespanScope): Promise<void> {
    const states = new Map<App, State>()
    for (const app of new Set(apps)) {
      const started = await startLifespan(app)
      this.#started.push(started)
      collect(states, app, started.state)
    }
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

  /** Stops them after another error, which is the one to report. */
  async giveUp(): Promise<void> {
    await this.stop().catch(() => {})
  }
}

/** Collects its own state and those of the apps inside; an app without a state needs no entry. */
function collect(states: Map<App, State>, app: App, state: State | undefined): void {
  if (state === undefined) return
  for (const [inner, own] of (state as WithStates)[STATES] ?? []) states.set(inner, own)
  const { [STATES]: _inside, ...own } = state as State & WithStates
  if (Object.keys(own).length > 0) states.set(app, own)
}

function noState(): TypeError {
  return new TypeError(
    'lifespan: a mounted app yields a state, but the server does not support "state" in the lifespan scope. Yield nothing there.',
  )
}
