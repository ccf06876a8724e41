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
