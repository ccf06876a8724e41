/** Finds dependencies once each, and closes them, last opened first. */
import { handled } from '../internal/handled.ts'
import { asker, promisedTo, runAs } from './asker.ts'
import { Entry, type Until } from './entry.ts'
import { isGenerator, yielded } from './generators.ts'

/** A dependency, or the override in its place. */
export interface Provider {
  /** What it is known by in the holder. */
  readonly key: object
  readonly name: string
  readonly until: Until
  /** Whether `of()` gives a promise in any case. */
  readonly isAsync: boolean
  readonly find: (target: never) => unknown
}

export interface HolderOptions {
  /** Whether a `find` that failed is called again when it is asked for again. */
  readonly retries: boolean
  /** Throws for a generator that nothing would close. */
  readonly assertClosed: (name: string) => void
}

export class Holder {
  readonly #entries = new Map<object, Entry>()
  /** What is to be closed, in the order in which it was opened. */
  readonly #open: Entry[] = []
  readonly #options: HolderOptions

  constructor(options: HolderOptions) {
    this.#options = options
  }

  /**
   * What `find` has given, called with the target unless it is known already.
   *
   * @throws TypeError if it is asked for by what it waits for itself.
   * @throws Error of a `find` that is not async.
   */
  get(provider: Provider, target: unknown): unknown {
    const running = asker()
    const from = running?.holder === this ? running : undefined
    const known = this.#entries.get(provider.key)
    if (from !== undefined && known?.isFinding) assertNoCircle(from, known)
    const entry = known ?? this.#add(provider)
    from?.asked.add(entry)
    if (known === undefined) this.#find(entry, provider, target)
    if (from?.generator !== undefined) assertLasts(from, entry)
    if (entry.failure !== undefined) throw entry.failure.error
    const { given } = entry
    return from !== undefined && given instanceof Promise ? promisedTo(from, given) : given
  }

  #add({ key, name, until }: Provider): Entry {
    const entry = new Entry(name, until, this)
    this.#entries.set(key, entry)
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
      ? step.then((result) => yielded(result, name))
      : yielded(step, name)
  }

  #await(entry: Entry, provider: Provider, promise: Promise<unknown>): void {
    entry.given = promise
    entry.finding = promise.then(
      () => this.#found(entry),
      () => this.#failed(entry, provider),
    )
  }

  #found(entry: Entry): void {
    entry.isFinding = false
    entry.finding = undefined
    if (entry.generator !== undefined) this.#open.push(entry)
  }

  #failed(entry: Entry, { key }: Provider): void {
    entry.isFinding = false
    entry.finding = undefined
    if (this.#options.retries) this.#entries.delete(key)
  }

  /**
   * Closes those that match, last opened first, what is opened meanwhile included. One that is being
   * found is waited for, since it may use the others.
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

function assertNoCircle(from: Entry, known: Entry): void {
  const path = known.pathTo(from)
  if (path === undefined) return
  throw new TypeError(
    `dependency ${known.name}: it asks for itself, ${[...path, known.name].join(' -> ')}. Take one of them out of the circle.`,
  )
}

/** A generator cleans up later than what it uses has been closed. */
function assertLasts(from: Entry, entry: Entry): void {
  if (from.until !== 'response' || entry.until !== 'handler' || entry.generator === undefined)
    return
  throw new TypeError(
    `dependency ${from.name}: it lasts until the response, but asks for ${entry.name}, which is closed with the handler. Write { until: 'handler' } for ${from.name} too.`,
  )
}
