/** One dependency that has been found, or is being found. */
import type { Failure } from '../types.ts'
import type { AnyGenerator } from './generators.ts'

/** Until when a value lives. */
export type Until = 'handler' | 'response' | 'shutdown'

export class Entry {
  readonly name: string
  readonly until: Until
  /** What holds it: that of a connection, or of an application. */
  readonly holder: object
  /** What `of()` gives. */
  given: unknown
  /** What `of()` throws, for one that failed at once. */
  failure: Failure | undefined
  /** Settles when it is found or has failed; undefined if that was at once. */
  finding: Promise<void> | undefined
  isFinding = true
  generator: AnyGenerator | undefined
  /** Those of the same holder that it has asked for, as far as that is known. */
  readonly asked: Set<Entry> = new Set()

  constructor(name: string, until: Until, holder: object) {
    this.name = name
    this.until = until
    this.holder = holder
  }

  /** The names from this one to another that it waits for, or undefined if it does not wait for it. */
  pathTo(other: Entry): string[] | undefined {
    if (this === other) return [this.name]
    const steps = new Map<Entry, Entry>()
    const waiting: Entry[] = [this]
    for (const entry of waiting) {
      for (const next of entry.asked) {
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
