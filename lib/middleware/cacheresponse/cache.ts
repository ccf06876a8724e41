/** Answers from the store, and lets one request at a time fill it. */
import { tell } from '../../calls/tell.ts'
import {
  checkPreconditions,
  joinedField,
  notModifiedHeaders,
  validatorsIn,
} from '../../conditional.ts'
import { answerException } from '../../exceptionhandlers.ts'
import { ClientDisconnected, HTTPException } from '../../exceptions.ts'
import { type Store, StoreUnavailable } from '../../stores.ts'
import {
  ACCEPTED,
  type App,
  type HeaderList,
  type HTTPScope,
  type Receive,
  type Send,
} from '../../types.ts'
import {
  ageOf,
  decode,
  type Entry,
  encodeEntry,
  encodeVariants,
  satisfies,
  type Variants,
  variantKey,
} from './entries.ts'
import { Recording } from './recording.ts'
import { stayOf, type Wish } from './rules.ts'

/** What a cache needs of a store. */
export type CacheStore = Pick<Store, 'get' | 'set' | 'delete'>

export interface CacheSettings {
  readonly store: CacheStore
  readonly ttl: number
  readonly maxBodySize: number
  readonly onError: (error: unknown) => void
}

/** A request that is on its way to the app for all who ask the same. */
interface Flight {
  readonly resource: string
  /** The fields of the request. */
  readonly headers: HeaderList
  /** The response; `'pass'` when each must ask for itself; `'retry'` when the first one left. */
  readonly outcome: Promise<Entry | 'pass' | 'retry'>
  /** The resource was changed meanwhile. */
  isStale: boolean
}

interface Found {
  readonly entry: Entry | undefined
  readonly variants: Variants | undefined
}

type Call = readonly [app: App, scope: HTTPScope, receive: Receive, send: Send]

export class ResponseCache {
  readonly #settings: CacheSettings
  readonly #flights = new Map<string, Flight>()
  /** The store was away when it was last asked. */
  #isAway = false

  constructor(settings: CacheSettings) {
    this.#settings = settings
  }

  /** Answers from the store, from the app's answer to another request, or by the app. */
  async serve(key: string, wish: Wish, ...call: Call): Promise<void> {
    const [app, scope, receive, send] = call
    let known: Variants | undefined
    for (;;) {
      const { entry, variants = known } = await this.#find(key, wish, scope)
      if (entry !== undefined && satisfies(entry, wish, Date.now()))
        return answer(entry, scope, send)
      if (wish.onlyIfCached) return answerException(new HTTPException(504), scope, receive, send)
      if (!wish.mayKeep) return app(scope, receive, send)
      const variant = variants === undefined ? key : variantKey(key, variants, scope.headers)
      // An answer to cookies is seldom for all, and must not keep the others from waiting.
      const slot = wish.hasCookies ? `${variant} cookies` : variant
      const flight = wish.mayUse ? this.#flights.get(slot) : undefined
      if (flight === undefined) return this.#lead(slot, key, wish, call)
      const outcome = await flight.outcome
      if (outcome === 'retry') continue
      if (outcome === 'pass' || flight.isStale) return app(scope, receive, send)
      if (isSameVariant(outcome, flight.headers, scope.headers)) {
        const isEnough = satisfies(outcome, wish, Date.now())
        return isEnough ? answer(outcome, scope, send) : app(scope, receive, send)
      }
      // Now it is known what it depends on: those who would get the same wait for one of them.
      known = { vary: outcome.vary, id: '' }
    }
  }

  /** Forgets a resource that a request changes, when that succeeds. */
  change(key: string, ...[app, scope, receive, send]: Call): Promise<void> {
    return app(scope, receive, (message) => {
      const isDone = message.type === 'http.response.start' && message.status < 400
      return isDone ? this.#forget(key).then(() => send(message)) : send(message)
    })
  }

  async #forget(key: string): Promise<void> {
    for (const flight of this.#flights.values()) flight.isStale ||= flight.resource === key
    await this.#settings.store.delete(key).catch(this.#report)
  }

  async #find(key: string, { mayUse }: Wish, { headers }: HTTPScope): Promise<Found> {
    const nothing = { entry: undefined, variants: undefined }
    if (!mayUse) return nothing
    const first = await this.#read(key)
    if (first === undefined) return nothing
    if (!('id' in first)) return { entry: first, variants: undefined }
    const second = await this.#read(variantKey(key, first, headers))
    const entry = second === undefined || 'id' in second ? undefined : second
    return { entry, variants: first }
  }

  /** An outage is told once, and not by each request; other errors may each be another one. */
  readonly #report = (error: unknown): void => {
    const isToldAlready = this.#isAway && error instanceof StoreUnavailable
    this.#isAway = error instanceof StoreUnavailable
    if (isToldAlready) return
    tell('cacheResponse: onError', this.#settings.onError, error)
  }

  /** A store that fails is as good as an empty one. */
  async #read(key: string): Promise<Entry | Variants | undefined> {
    try {
      const bytes = await this.#settings.store.get(key)
      this.#isAway = false
      return bytes === undefined ? undefined : decode(bytes)
    } catch (error) {
      this.#report(error)
      return undefined
    }
  }

  async #lead(slot: string, resource: string, { hasCookies }: Wish, call: Call): Promise<void> {
    const [app, scope, receive, send] = call
    let settle: (outcome: Entry | 'pass' | 'retry') => void = () => {}
    const outcome = new Promise<Entry | 'pass' | 'retry'>((resolve) => {
      settle = resolve
    })
    const flight: Flight = { resource, headers: scope.headers, outcome, isStale: false }
    const isFirst = !this.#flights.has(slot)
    if (isFirst) this.#flights.set(slot, flight)
    let kept: Entry | undefined
    const recording = new Recording(send, {
      maxSize: this.#settings.maxBodySize,
      stayOf: (start) => {
        const stay = stayOf(start, this.#settings.ttl, Date.now())
        return hasCookies && !stay?.isPublic ? undefined : stay
      },
      done: (entry) => {
        kept = entry
        settle(entry ?? 'pass')
      },
    })
    try {
      await app(scope, receive, recording.send)
      settle('pass')
    } catch (error) {
      settle(error instanceof ClientDisconnected ? 'retry' : 'pass')
      throw error
    } finally {
      if (kept !== undefined && !flight.isStale) await this.#write(resource, scope, kept)
      if (isFirst) this.#flights.delete(slot)
    }
  }

  async #write(key: string, { headers }: HTTPScope, entry: Entry): Promise<void> {
    const { store } = this.#settings
    const ttl = entry.lifetime - entry.age
    try {
      if (entry.vary.length === 0) return await store.set(key, encodeEntry(entry), ttl)
      const variants = await this.#variantsFor(key, entry)
      await store.set(variantKey(key, variants, headers), encodeEntry(entry), ttl)
      await store.set(key, encodeVariants(variants), ttl)
    } catch (error) {
      this.#report(error)
    }
  }

  /** Those that are there, while they depend on the same. */
  async #variantsFor(key: string, { vary }: Entry): Promise<Variants> {
    const present = await this.#read(key)
    const isSame = present !== undefined && 'id' in present && present.vary.join() === vary.join()
    return isSame ? present : { vary, id: crypto.randomUUID() }
  }
}

function isSameVariant({ vary }: Entry, one: HeaderList, other: HeaderList): boolean {
  return vary.every((name) => joinedField(one, name) === joinedField(other, name))
}

/** What is kept, with its age; 304 when the client has it already. */
function answer(entry: Entry, scope: HTTPScope, send: Send): Promise<void> {
  const headers = [...entry.headers, 'age', String(ageOf(entry, Date.now()))]
  const isSame = entry.status === 200 && checkPreconditions(scope, validatorsIn(headers)) === 304
  const start = isSame
    ? { status: 304, headers: notModifiedHeaders(headers) }
    : { status: entry.status, headers }
  const started = send({ type: 'http.response.start', ...start })
  const rest = (): Promise<void> =>
    send({ type: 'http.response.body', ...(isSame ? {} : { body: entry.body }), moreBody: false })
  return started === ACCEPTED ? rest() : started.then(rest)
}
