/** Marks apps with lifespans, records which of these have begun, and keeps the states that they yield. */

import type { App, LifespanScope, Scope, State } from '../types.ts'

/**
 * Marks apps that take part in the lifespan of their parent. The symbol is registered, so all copies of
 * this package share it.
 */
export const TAKES_PART: unique symbol = Symbol.for('stellula.takesPart') as never

/** Marks an app that has a lifespan, or may contain one. */
export function participatesInLifespan<Participant extends App>(app: Participant): Participant {
  return Object.defineProperty(app, TAKES_PART, { value: true })
}

/** The key of the states of mounted apps in the server's state, of which each request has a copy. */
export const STATES: unique symbol = Symbol.for('stellula.states') as never

/** The states of all mounted apps of one server that have started, or are starting. */
export type States = Map<App, State>

export interface WithStates {
  [STATES]?: States
}

/** Adds the state of a mounted app's lifespan to the state of a request to that app. */
export function addMountedState(app: App, scope: Exclude<Scope, LifespanScope>): void {
  const { state } = scope
  const own = state === undefined ? undefined : (state as WithStates)[STATES]?.get(app)
  if (own !== undefined) Object.assign(state as State, own)
}

/**
 * Records that the lifespan of a mounted app begins. Its parent may know only a middleware around it.
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

export function isStarting(states: States, state: State): boolean {
  return [...states.values()].includes(state)
}
