/** Enforces a rule of the contract: a value that was given or sent must not be changed. */

/**
 * Freezes a message and its lists, for checks. A change then throws a TypeError.
 *
 * Bytes are not frozen, because an array of bytes cannot be.
 */
export function freezeMessage<Message extends object>(message: Message): Message {
  for (const value of Object.values(message)) if (Array.isArray(value)) Object.freeze(value)
  return Object.freeze(message)
}

/** Freezes the lists of a scope. Its keys may still get other values. */
export function freezeLists(scope: object): void {
  for (const key of ['headers', 'subprotocols']) {
    const list: unknown = Reflect.get(scope, key)
    if (Array.isArray(list)) Object.freeze(list)
  }
}
