/** Looks up secrets in constant time, so the time does not reveal how close a guess was. */

import { createHash } from 'node:crypto'

/** Values by secrets. A search compares digests, which have the same length, and always all of them. */
export class SecretTable<Value> {
  readonly #entries: readonly (readonly [digest: Uint8Array, value: Value])[]

  constructor(entries: Iterable<readonly [secret: string, value: Value]>) {
    this.#entries = Array.from(entries, ([secret, value]) => [digest(secret), value] as const)
  }

  find(secret: string): Value | undefined {
    const wanted = digest(secret)
    let found: Value | undefined
    for (const [known, value] of this.#entries) if (isSame(known, wanted)) found = value
    return found
  }
}

/**
 * Returns the SHA-256 of a text. It is computed synchronously, because another thread would take far
 * longer.
 */
export function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

/** Whether two digests are equal. It always compares all bytes. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < one.length; index++) {
    difference |= (one[index] ?? 0) ^ (other[index] ?? 0)
  }
  return difference === 0
}
