/** One dependency that was found, or is being found. */
import type { Failure } from '../types.ts'
import type { AnyGenerator } from './generators.ts'

/** When a value is cleaned up. */
export type Until = 'handler' | 'response' | 'shutdown'

/**
 * The reference from the async context of a `find` to its entry. It is cleared when the value is found,
 * because everything that `find` has opened, such as a socket, keeps the context in memory. After a failure
 * it is kept, because parts of `find` may still run and use more dependencies.
 */
export interface FindContext {
  entry: Entry | undefined
}

export class Entry {
  /** Its key in the holder. */
  readonly key: object
  readonly name: string
  readonly until: Until
  /** The holder that it belongs to: of a connection, or of an application. */
  readonly holder: object
  /** The value that `of()` returns. */
  given: unknown
  /** The error that `of()` throws, if `find` failed synchronously. */
  failure: Failure | undefined
  /** Settles when the value is found or `find` has failed; undefined if `find` is synchronous. */
  finding: Promise<void> | undefined
  isFinding = true
  readonly context: FindContext = { entry: this }
  generator: AnyGenerator | undefined
  /** The known entries of the same holder that it uses. */
  readonly used: Set<Entry> = new Set()
  /** The entry of the same holder whose `find` caused this one to be found. */
  #from: Entry | undefined

  constructor(
    { key, name, until }: Pick<Entry, 'key' | 'name' | 'until'>,
    holder: object,
    from: Entry | undefined,
  ) {
    this.key = key
    this.name = name
    this.until = until
    this.holder = holder
    this.#from = from
  }

  found(): void {
    this.failed()
    this.context.entry = undefined
    this.#from = undefined
  }

  failed(): void {
    this.isFinding = false
    this.finding = undefined
    this.used.clear()
  }

  /**
   * Returns the names of the chain of entries from the one with this key to this one. The first may have
   * failed in the meantime: it would be found again, and use this one again, without an end.
   */
  pathFrom(key: object): string[] | undefined {
    const names: string[] = []
    for (let entry: Entry | undefined = this; entry !== undefined; entry = entry.#from) {
      names.unshift(entry.name)
      if (entry.key === key) return names
    }
    return undefined
  }

  /** Returns the names from this entry to another; undefined if this one does not wait for the other. */
  pathTo(other: Entry): string[] | undefined {
    if (this === other) return [this.name]
    const steps = new Map<Entry, Entry>()
    const waiting: Entry[] = [this]
    for (const entry of waiting) {
      for (const next of entry.used) {
        if (!next.isFinding || steps.has(next)) continue
        steps.set(next, entry)
        if (next === other) return namesTo(next, this, steps)
        waiting.push(next)
      }
    }
    return undefined
  }
}

function namesTo(last: Entry, first: Entry, steps: ReadonlyMap<Entry, Entry>): string[] {
  const names = [last.name]
  for (let entry: Entry | undefined = last; entry !== first && entry !== undefined; ) {
    entry = steps.get(entry)
    if (entry !== undefined) names.unshift(entry.name)
  }
  return names
}
