/** Makes a store of any place that keeps bytes under names. */
import { encodeText } from '../internal/bytes.ts'
import { assertTimeout, inTime } from '../internal/deadline.ts'
import { asText, handled } from '../internal/handled.ts'
import { Locks } from '../internal/locks.ts'
import { handledStore } from './handled.ts'
import { type Sealed, seal, unseal } from './sealed.ts'
import {
  assertAmount,
  assertTtl,
  counterOf,
  type IncrementOptions,
  type Store,
  StoreUnavailable,
} from './store.ts'

/** Keeps bytes, without expiry. */
export interface Place {
  read(key: string): Promise<Uint8Array | undefined>
  /** @param expires Milliseconds since 1970, for places that can delete expired values themselves. */
  write(key: string, bytes: Uint8Array<ArrayBuffer>, expires: number): Promise<void>
  remove(key: string): Promise<void>
  clear(prefix: string): Promise<void>
}

interface KeptOptions {
  /** The factory, for error messages. */
  readonly where: string
  readonly timeoutMs: number
}

/** Makes a store. Changes of one key run one after another in this process, but not across processes. */
export function keptStore(place: Place, { where, timeoutMs }: KeptOptions): Store {
  if (timeoutMs !== Number.POSITIVE_INFINITY) assertTimeout(where, timeoutMs)
  return handledStore(new KeptStore(withTimeouts(place, where, timeoutMs)))
}

const decoder = new TextDecoder()

class KeptStore implements Store {
  readonly #place: Place
  readonly #locks = new Locks()

  constructor(place: Place) {
    this.#place = place
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return (await this.#read(key))?.value
  }

  async set(key: string, value: Uint8Array, ttl: number): Promise<void> {
    assertTtl(ttl)
    const sealed = { value: new Uint8Array(value), expires: expiryOf(ttl) }
    await this.#locks.run(key, () => this.#write(key, sealed))
  }

  async setIfAbsent(key: string, value: Uint8Array, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    const own = new Uint8Array(value)
    return this.#locks.run(key, async () => {
      if ((await this.#read(key)) !== undefined) return false
      await this.#write(key, { value: own, expires: expiryOf(ttl) })
      return true
    })
  }

  async delete(key: string): Promise<void> {
    await this.#locks.run(key, () => this.#place.remove(key))
  }

  async clear(prefix = ''): Promise<void> {
    await this.#place.clear(prefix)
  }

  async touch(key: string, ttl: number): Promise<boolean> {
    assertTtl(ttl)
    return this.#locks.run(key, async () => {
      const known = await this.#read(key)
      if (known === undefined) return false
      await this.#write(key, { value: known.value, expires: expiryOf(ttl) })
      return true
    })
  }

  async ttl(key: string): Promise<number | undefined> {
    const known = await this.#read(key)
    return known && (known.expires - Date.now()) / 1000
  }

  async increment(key: string, amount: number, options: IncrementOptions): Promise<number> {
    const { ttl, max = Number.POSITIVE_INFINITY } = options
    assertTtl(ttl)
    assertAmount(amount)
    return this.#locks.run(key, async () => {
      const known = await this.#read(key)
      const before = known === undefined ? 0 : counterOf(decoder.decode(known.value), key)
      const sum = before + amount
      const value = encodeText(String(sum))
      const expires = known?.expires ?? expiryOf(ttl)
      if (sum <= max) await this.#write(key, { value, expires })
      return sum
    })
  }

  async #read(key: string): Promise<Sealed | undefined> {
    return unseal(key, await this.#place.read(key))
  }

  #write(key: string, sealed: Sealed): Promise<void> {
    return this.#place.write(key, seal(key, sealed), sealed.expires)
  }
}

function expiryOf(ttl: number): number {
  return Date.now() + ttl * 1000
}

/** A place whose operations reject with `StoreUnavailable` if they fail, or take longer than `timeoutMs`. */
function withTimeouts(place: Place, where: string, timeoutMs: number): Place {
  const attempt = async <Result>(what: string, action: () => Promise<Result>): Promise<Result> => {
    try {
      return await inTime(handled(action()), timeoutMs)
    } catch (error) {
      if (error instanceof RangeError) throw error // a value that is too large
      throw unavailable(where, what, error)
    }
  }
  return {
    read: (key) => attempt('reading', () => place.read(key)),
    write: (key, bytes, expires) => attempt('writing', () => place.write(key, bytes, expires)),
    remove: (key) => attempt('deleting', () => place.remove(key)),
    clear: (prefix) => attempt('clearing', () => place.clear(prefix)),
  }
}

/** The error for a failed operation, with the reason as its cause. */
export function unavailable(where: string, what: string, cause: unknown): StoreUnavailable {
  const why = cause instanceof Error ? cause.message : asText(cause)
  return new StoreUnavailable(`${where}: ${what} failed, ${why}. Check that it can be reached.`, {
    cause,
  })
}
