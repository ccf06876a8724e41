/** The lifespans of mounted apps, and the state that these yield for their own requests. */

import type { App, LifespanScope, Scope, State } from '../types.ts'
import { type StartedLifespan, startLifespan } from './start.ts'

/** Marks apps that take part in the lifespan of their parent; registered, so that all copies share it. */
const TAKES_PART: unique symbol = Symbol.for('stellula.takesPart') as never

/** Marks an app that has a lifespan, or may contain one. */
export function takesPart<Participant extends App>(app: Participant): Participant {
  return Object.defineProperty(app, TAKES_PART, { value: true })
}

/** The key of the states of mounted apps in the server's state, of which each request has a copy. */
const STATES: unique symbol = Symbol.for('stellula.states') as never

/** The states of all mounted apps of one server that have started, or are starting. */
type States = Map<App, State>

interface WithStates {
  [STATES]?: States
}

/** Adds the state of a mounted app's lifespan to the state of a request to that app. */
export function adoptState(app: App, scope: Exclude<Scope, LifespanScope>): void {
  const { state } = scope
  const own = state === undefined ? undefined : (state as WithStates)[STATES]?.get(app)
  if (own !== undefined) Object.assign(state as State, own)
}

/**
 * Notes that the lifespan of a mounted app begins: its parent may know only a middleware around it.
 *
 * @returns Whether to run it: false if the server has started this app already, at another mount.
 */
export function beginsLifespan(app: App, { state }: LifespanScope): boolean {
  const states = (state as WithStates | undefined)?.[STATES]
  if (state === undefined || states === undefined) return true
  if (states.has(app)) return states.get(app) === state
  // The router inside an application has the state of that application.
  if (!isStarting(states, state)) states.set(app, state)
  return true
}

/** Whether another app has started this one. */
export function isMounted({ state }: LifespanScope): boolean {
  return state !== undefined && STATES in state
}

function isStarting(states: States, state: State): boolean {
  return [...states.values()].includes(state)
}

export class MountedLifespans {
  readonly #started: StartedLifespan[] = []

  /**
   * Starts them one after another. Those that other mounts of the server have started are left out.
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

  /** Stops them after another error, which is the one to report. */
  async giveUp(): Promise<void> {
    await this.stop().catch(() => {})
  }
}

function startMounted(app: App, states: States): Promise<StartedLifespan> {
  const state: State & WithStates = { [STATES]: states }
  if (TAKES_PART in app) return startLifespan(app, 'auto', state)
  return startLifespan(app, 'try', state, () => isStarting(states, state))
}

/** An app without a state needs no entry. */
function prune(states: States): void {
  for (const [app, state] of states) if (Object.keys(state).length === 0) states.delete(app)
}

function noState(): TypeError {
  return new TypeError(
    'lifespan: a mounted app yields a state, but the server does not support "state" in the lifespan scope. Yield nothing there.',
  )
}
