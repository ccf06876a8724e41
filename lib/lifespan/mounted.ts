/** The lifespans of apps inside of another one, and the state that they give to their own requests. */

import type { App, LifespanScope, Scope, State } from '../types.ts'
import { type StartedLifespan, startLifespan } from './start.ts'

/** On apps that take part in the lifespan of what they are mounted in, whichever copy made them. */
const TAKES_PART: unique symbol = Symbol.for('stellula.takesPart') as never

/** Says of an app that it has a lifespan, or may have one inside. */
export function takesPart<Participant extends App>(app: Participant): Participant {
  return Object.defineProperty(app, TAKES_PART, { value: true })
}

export function hasLifespan(app: unknown): app is App {
  return typeof app === 'function' && TAKES_PART in app
}

/** Where the states of mounted apps stand in the one of the server, which each request has a copy of. */
const STATES: unique symbol = Symbol.for('stellula.states') as never

type States = ReadonlyMap<App, State>

interface WithStates {
  [STATES]?: States
}

/** Adds what the lifespan of a mounted app has yielded to the state of a request to it. */
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
   * @throws Error when one of them fails; those before it are still to be stopped.
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
   * Stops them in reverse, all of them, whichever fails.
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

  /** The same after another error, which is the one to report. */
  async giveUp(): Promise<void> {
    await this.stop().catch(() => {})
  }
}

/** Its own state, and those of the apps inside of it; an app without one needs no entry. */
function collect(states: Map<App, State>, app: App, state: State | undefined): void {
  if (state === undefined) return
  for (const [inner, own] of (state as WithStates)[STATES] ?? []) states.set(inner, own)
  const { [STATES]: _inside, ...own } = state as State & WithStates
  if (Object.keys(own).length > 0) states.set(app, own)
}

function noState(): TypeError {
  return new TypeError(
    'lifespan: the server does not support "state" in the lifespan scope, which a mounted app yields. Yield nothing there.',
  )
}
