/** Makes sure of what the contract says: nothing that was given or sent changes. */

/**
 * Freezes a message and its lists, for those who check what passes: changing it throws a TypeError then.
 *
 * Bytes stay as they are, since an array of bytes cannot be frozen.
 */
export function freezeMessage<Message extends object>(message: Message): Message {
  for (const value of Object.values(message)) if (Array.isArray(value)) Object.freeze(value)
  return Object.freeze(message)
}

/** Freezes the lists of a scope; its keys may get other values. */
export function freezeLists(scope: object): void {
  for (const key of ['headers', 'subprotocols']) {
    const list: unknown = Reflect.get(scope, key)
    if (Array.isArray(list)) Object.freeze(list)
  }
}
