/** The rules of a protocol for lint: its states as plain values, and its transitions. */
import { describe, type Fields, isObject, LintError } from './faults.ts'
import { isOffered } from './scopes.ts'

/** A message of which only the type is known. */
export type Message = Fields & { readonly type: string }

/**
 * The rules of one protocol.
 *
 * States are immutable values. If a message is not accepted, the state before it is restored. Violations
 * of the contract are thrown as LintErrors.
 */
export interface Protocol<State> {
  readonly start: State
  /** The state after the app has sent a message. */
  readonly sent: (state: State, message: Message) => State
  /** The state after the server has delivered a message. */
  readonly received: (state: State, message: Message) => State
  /** Called when the app calls `receive`. */
  readonly receiving: (state: State) => void
  /** Called when the app has ended; `waiting` is the type of a message that is not accepted yet. */
  readonly ended: (state: State, waiting: string | undefined) => void
  /** Whether a message of this type must be accepted before the next is sent. */
  readonly isExclusive: (type: string) => boolean
}

/** Facts about the scope that the steps need. They are read before the app can change the scope. */
export interface Facts {
  readonly offers: readonly string[]
}

/** The transition for one message type of the app. */
export type Step<State, Known extends Facts> = (
  state: State,
  message: Message,
  facts: Known,
) => State

/**
 * Applies the step for each message type of the app. Messages of extensions pass if they are offered,
 * and may have ended the protocol.
 */
export function stepping<State extends { readonly foreign: boolean }, Known extends Facts>(
  protocol: string,
  steps: Readonly<Record<string, Step<State, Known>>>,
  facts: Known,
): Protocol<State>['sent'] {
  return (state, message) => {
    const step = Object.hasOwn(steps, message.type) ? steps[message.type] : undefined
    if (step !== undefined) return step(state, message, facts)
    assertForeign(message.type, protocol, facts.offers, 'app')
    return { ...state, foreign: true }
  }
}

/** Checks that a message is an object with a type. */
export function messageOf(where: string, value: unknown): Message {
  if (isMessage(value)) return value
  const given = isObject(value) ? value['type'] : value
  throw new LintError(
    `${where} must be an object with a "type", ${describe(given)} was given. Write { type: 'http.response.start', … }.`,
  )
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value['type'] === 'string'
}

/**
 * Lets unknown messages pass if an offered extension defines them.
 *
 * @throws LintError for all other types.
 */
export function assertForeign(
  type: string,
  protocol: string,
  offers: readonly string[],
  side: 'app' | 'server',
): void {
  if (isOffered(type, offers)) return
  throw new LintError(
    side === 'app'
      ? `${describe(type)} is not a message that an app sends on ${protocol} scopes. Check its spelling, or throw UnsupportedProtocol for scopes that the app does not serve.`
      : `the server sent ${describe(type)}, which is not a message of ${protocol} scopes. Check the server, or the middleware that wraps receive.`,
  )
}

/** @throws LintError if the scope does not offer the extension of a message. */
export function assertOffered(name: string, type: string, offers: readonly string[]): void {
  if (offers.includes(name)) return
  throw new LintError(
    `${type} needs the extension "${name}", which this scope does not offer. Check scope.extensions before using it.`,
  )
}

/** Returns the error for a message that is not allowed in this state. */
export function outOfOrder(type: string, why: string, advice: string): LintError {
  return new LintError(`${type}: out of place, ${why}. ${advice}`)
}
