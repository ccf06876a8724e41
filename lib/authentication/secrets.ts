/** Looks a secret up without telling, by the time it takes, how near a guess came. */

import { createHash } from 'node:crypto'

/** Values by secrets. A search compares with all of them, as digests, which have one length. */
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

/** SHA-256 of a text; at once, since another thread would take far longer to be asked. */
export function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}

/** Whether two digests are the same; looks at every byte, whatever the first ones say. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < one.length; index++) {
    difference |= (one[index] ?? 0) ^ (other[index] ?? 0)
  }
  return difference === 0
}
