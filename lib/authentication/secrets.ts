/** Looks a secret up without telling, by the time it takes, how near a guess came. */

/** Values by secrets. A search compares with all of them, as digests, which have one length. */
export class SecretTable<Value> {
  readonly #entries: readonly (readonly [secret: string, value: Value])[]
  #digests: Promise<readonly (readonly [Uint8Array, Value])[]> | undefined

  constructor(entries: Iterable<readonly [secret: string, value: Value]>) {
    this.#entries = [...entries]
  }

  async find(secret: string): Promise<Value | undefined> {
    this.#digests ??= Promise.all(
      this.#entries.map(async ([known, value]) => [await digest(known), value] as const),
    )
    const wanted = await digest(secret)
    let found: Value | undefined
    for (const [known, value] of await this.#digests) if (isSame(known, wanted)) found = value
    return found
  }
}

/** SHA-256 of a text. */
export async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

/** Whether two digests are the same; looks at every byte, whatever the first ones say. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < one.length; index++) {
    difference |= (one[index] ?? 0) ^ (other[index] ?? 0)
  }
  return difference === 0
}
