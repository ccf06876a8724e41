/** Finds each dependency once, and closes them in reverse order. */
import { handled } from '../internal/handled.ts'
import { Entry, type Until } from './entry.ts'
import { isGenerator, yieldedValue } from './generators.ts'
import { runAs, runningEntry } from './running.ts'

/** A dependency, or its override. */
export interface Provider {
  /** Its key in the holder. */
  readonly key: object
  readonly name: string
  readonly until: Until
  /** Whether `of()` always returns a promise. */
  readonly isAsync: boolean
  readonly find: (target: never) => unknown
}

interface HolderOptions {
  /** Whether a `find` that failed is called again at the next use. */
  readonly retries: boolean
  /** Throws for a generator that nothing would close. */
  readonly assertClosed: (name: string) => void
}

export class Holder {
  readonly #entries = new Map<object, Entry>()
  /** The entries to close, in the order in which they were opened. */
  readonly #open: Entry[] = []
  readonly #options: HolderOptions

  constructor(options: HolderOptions) {
    this.#options = options
  }

  /**
   * Returns the value of a dependency. It calls `find` with the target if the value is not known yet.
   *
   * @throws TypeError if the dependency needs itself.
   * @throws Error of a `find` that is not async.
   */
  get(provider: Provider, target: unknown): unknown {
    const running = runningEntry()
    const from = running?.holder === this ? running : undefined
    const known = this.#entries.get(provider.key)
    if (from !== undefined) assertNoCircle(provider, known, from)
    const entry = known ?? this.#add(provider, from)
    from?.used.add(entry)
    if (known === undefined) this.#find(entry, provider, target)
    if (from?.generator !== undefined) assertLasts(from, entry)
    if (entry.failure !== undefined) throw entry.failure.error
    return entry.given
  }

  #add(provider: Provider, from: Entry | undefined): Entry {
    const entry = new Entry(provider, this, from)
    this.#entries.set(provider.key, entry)
    return entry
  }

  #find(entry: Entry, provider: Provider, target: unknown): void {
    try {
      const found = runAs(entry, () => this.#begin(entry, provider, target))
      if (found instanceof Promise) this.#await(entry, provider, found)
      else {
        this.#found(entry)
        entry.given = provider.isAsync ? Promise.resolve(found) : found
      }
    } catch (error) {
      this.#failed(entry, provider)
      if (provider.isAsync) entry.given = handled(Promise.reject(error))
      else entry.failure = { error }
    }
  }

  #begin(entry: Entry, { find, name }: Provider, target: unknown): unknown {
    const found = find(target as never)
    if (!isGenerator(found)) return found
    this.#options.assertClosed(name)
    entry.generator = found
    const step = found.next()
    return step instanceof Promise
      ? step.then((result) => yieldedValue(result, name))
      : yieldedValue(step, name)
  }

  #await(entry: Entry, provider: Provider, promise: Promise<unknown>): void {
    entry.given = promise
    entry.finding = promise.then(
      () => this.#found(entry),
      () => this.#failed(entry, provider),
    )
  }

  #found(entry: Entry): void {
    entry.found()
    if (entry.generator !== undefined) this.#open.push(entry)
  }

  #failed(entry: Entry, { key }: Provider): void {
    entry.failed()
    if (this.#options.retries) this.#entries.delete(key)
  }

  /**
   * Closes the matching entries in reverse order, including entries that are opened in the meantime. It
   * first waits for entries that are being found, because they may use the others.
   */
  async close(
    matches: (entry: Entry) => boolean,
    close: (entry: Entry) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      const all = [...this.#entries.values()].filter(matches)
      const finding = all.flatMap((entry) => entry.finding ?? [])
      if (finding.length > 0) {
        await Promise.all(finding)
        continue
      }
      const last = this.#open.findLastIndex(matches)
      const [entry] = last < 0 ? [] : this.#open.splice(last, 1)
      if (entry === undefined) break
      await close(entry)
    }
    for (const [key, entry] of this.#entries) if (matches(entry)) this.#entries.delete(key)
  }
}

function assertNoCircle({ key, name }: Provider, known: Entry | undefined, from: Entry): void {
  if (known !== undefined && !known.isFinding) return
  const path = known === undefined ? from.pathFrom(key) : known.pathTo(from)
  if (path === undefined) return
  throw new TypeError(
    `dependency ${name}: it needs itself, ${[...path, name].join(' -> ')}. Take one of them out of the circle.`,
  )
}

/** Throws if a generator would clean up after a dependency that it uses was closed. */
function assertLasts(from: Entry, entry: Entry): void {
  if (from.until !== 'response' || entry.until !== 'handler' || entry.generator === undefined)
    return
  throw new TypeError(
    `dependency ${from.name}: it lasts until the response, but uses ${entry.name}, which is closed with the handler. Write { until: 'handler' } for ${from.name} too.`,
  )
}
