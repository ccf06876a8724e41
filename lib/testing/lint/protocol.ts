/** What lint must know of a protocol: its states as plain values, and which messages lead on. */
import { describe, type Fields, isObject, LintError } from './faults.ts'
import { isOffered } from './scopes.ts'

/** A message of which only the type is known. */
export type Message = Fields & { readonly type: string }

/**
 * The rules of one conversation.
 *
 * States are values that are never changed, so that a message which was not accepted leaves no
 * trace; whatever is against the contract is thrown as a LintError.
 */
export interface Protocol<State> {
  readonly start: State
  /** The state after the app has sent a message. */
  readonly sent: (state: State, message: Message) => State
  /** The state after the server has given a message. */
  readonly received: (state: State, message: Message) => State
  /** Called when the app asks for a message. */
  readonly asked: (state: State) => void
  /** Called when the app is done; `waiting` is the type of a message that is not accepted yet. */
  readonly ended: (state: State, waiting: string | undefined) => void
  /** Whether a message of this type must be accepted before the next is sent. */
  readonly isExclusive: (type: string) => boolean
}

/** What the steps of a conversation know of its scope, taken before anybody could change it. */
export interface Facts {
  readonly offers: readonly string[]
}

/** What a message that the app sends makes of a state. */
export type Step<State, Known extends Facts> = (
  state: State,
  message: Message,
  facts: Known,
) => State

/**
 * Takes each message of the app by the step of its type; those of extensions pass when they are offered,
 * and may have ended it all.
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

/** The message itself, known to have a type. */
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
 * Lets messages of extensions pass that the contract does not know, when they are offered.
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
      ? `${describe(type)} is no message that an app sends on ${protocol} scopes. Check its spelling, or throw UnsupportedProtocol for scopes that the app does not serve.`
      : `the server gave ${describe(type)}, which is no message for ${protocol} scopes. Check the server, or the middleware that wraps receive.`,
  )
}

/** @throws LintError when the scope does not offer the extension of a message. */
export function assertOffered(name: string, type: string, offers: readonly string[]): void {
  if (offers.includes(name)) return
  throw new LintError(
    `${type} needs the extension "${name}", which this scope does not offer. Look into scope.extensions before using it.`,
  )
}

/** A message that has no place at this point. */
export function misplaced(type: string, why: string, advice: string): LintError {
  return new LintError(`${type}: out of place, ${why}. ${advice}`)
}
