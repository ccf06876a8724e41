/** Answers from the store. Concurrent requests for a resource share one call of the app. */

import { answerException } from '../../errors/handlers.ts'
import { HTTPException } from '../../exceptions.ts'
import { joinedField } from '../../http/conditional.ts'
import { callListener } from '../../internal/handled.ts'
import { NO_BODY } from '../../protocol/received.ts'
import { type Store, StoreUnavailable } from '../../stores.ts'
import type { HeaderList, HTTPScope } from '../../types.ts'
import { answer } from './answer.ts'
import {
  decode,
  type Entry,
  encodeEntry,
  encodeVariants,
  isUsable,
  pathKey,
  satisfies,
  type Variants,
  variantKey,
} from './entries.ts'
import { type Call, Fill, type FillSettings } from './fill.ts'
import { KeptPaths } from './keptpaths.ts'
import { type RequestPolicy, withoutConditions } from './requests.ts'
import { secondsKept } from './rules.ts'
import { Uncacheable } from './uncacheable.ts'

/** The part of a store that the cache uses. */
export type CacheStore = Pick<Store, 'get' | 'set' | 'delete'>

export interface CacheSettings extends FillSettings {
  readonly store: CacheStore
}

interface Lookup {
  readonly entry: Entry | undefined
  readonly variants: Variants | undefined
}

/** A request, and the stored response of its resource if that is stale. */
interface Ask {
  readonly key: string
  readonly path: string
  readonly policy: RequestPolicy
  readonly stale: Entry | undefined
}

export class ResponseCache {
  readonly #settings: CacheSettings
  /** The requests that other requests wait for, by slot. */
  readonly #shared = new Map<string, Fill>()
  /** All requests that the app is answering. */
  readonly #running = new Set<Fill>()
  readonly #refreshing = new Set<string>()
  readonly #uncacheable = new Uncacheable()
  readonly #keptPaths = new KeptPaths()
  /** Whether the store failed when it was last used. */
  #isAway = false

  constructor(settings: CacheSettings) {
    this.#settings = settings
  }

  /** Answers from the store, with the app's response to another request, or by calling the app. */
  async serve(key: string, policy: RequestPolicy, ...call: Call): Promise<void> {
    const [app, scope, receive, send] = call
    let known: Variants | undefined
    let path: string | undefined
    for (;;) {
      const { entry, variants = known } = await this.#find(key, policy, scope)
      const now = Date.now()
      if (entry !== undefined && satisfies(entry, policy, now)) return answer(entry, scope, send)
      const slot = variants === undefined ? key : variantKey(key, variants, scope.headers)
      path ??= pathKey(scope)
      const ask = { key, path, policy, stale: entry }
      if (entry !== undefined && isUsable(entry, entry.whileRevalidate, policy, now)) {
        await answer(entry, scope, send)
        return this.#refresh(slot, ask, call)
      }
      if (policy.onlyIfCached) return answerException(new HTTPException(504), scope, receive, send)
      if (!policy.mayKeep) return app(scope, receive, send)
      // Responses to requests with cookies can seldom be shared, so no request waits for them, and they do
      // not wait for others.
      if (policy.hasCookies || this.#uncacheable.has(key)) return this.#fill(ask, call)
      // A resource that was never cached may be a long poll. A request that waits could then miss an
      // event.
      const wasKept = entry !== undefined || variants !== undefined || this.#keptPaths.has(path)
      if (!wasKept) return this.#fill(ask, call)
      const shared = this.#shared.get(slot)
      if (shared === undefined || !policy.mayUse) return this.#lead(slot, ask, call)
      const outcome = await shared.outcome
      if (outcome === 'retry') continue
      if (outcome === 'pass' || shared.isOutdated) return this.#fill(ask, call)
      if (isSameVariant(outcome, shared.headers, scope.headers)) {
        const isEnough = satisfies(outcome, policy, Date.now())
        return isEnough ? answer(outcome, scope, send) : this.#fill(ask, call)
      }
      // Now the fields in `Vary` are known: requests with the same values share one call of the app.
      known = { vary: outcome.vary, id: '' }
    }
  }

  /** Removes a resource when a request changes it successfully. */
  change(key: string, ...[app, scope, receive, send]: Call): Promise<void> {
    return app(scope, receive, (message) => {
      const isDone = message.type === 'http.response.start' && message.status < 400
      return isDone ? this.#forget(key).then(() => send(message)) : send(message)
    })
  }

  async #forget(key: string): Promise<void> {
    for (const fill of this.#running) fill.isOutdated ||= fill.resource === key
    await this.#settings.store.delete(key).catch(this.#report)
  }

  async #find(key: string, { mayUse }: RequestPolicy, { headers }: HTTPScope): Promise<Lookup> {
    const nothing = { entry: undefined, variants: undefined }
    if (!mayUse) return nothing
    const first = await this.#read(key)
    if (first === undefined) return nothing
    if (!('id' in first)) return { entry: first, variants: undefined }
    const second = await this.#read(variantKey(key, first, headers))
    const entry = second === undefined || 'id' in second ? undefined : second
    return { entry, variants: first }
  }

  /** Reports an outage once, not per request; other errors are reported each time. */
  readonly #report = (error: unknown): void => {
    const isReported = this.#isAway && error instanceof StoreUnavailable
    this.#isAway = error instanceof StoreUnavailable
    if (isReported) return
    callListener('cacheResponse: onError', this.#settings.onError, error)
  }

  /** Reads an entry. If the store fails, the entry counts as missing. */
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

  /** Calls the app for this request and for the requests that wait for it. */
  async #lead(slot: string, ask: Ask, call: Call): Promise<void> {
    if (this.#shared.has(slot)) return this.#fill(ask, call)
    const fill = this.#newFill(ask, call)
    this.#shared.set(slot, fill)
    try {
      await this.#run(fill, call)
    } finally {
      this.#shared.delete(slot)
    }
  }

  /** Calls the app for this request alone. */
  #fill(ask: Ask, call: Call): Promise<void> {
    return this.#run(this.#newFill(ask, call), call)
  }

  #newFill({ key, path, policy, stale }: Ask, [, scope, , send]: Call): Fill {
    // A response that is not cached for requests with cookies may be cached for others.
    const mark = policy.hasCookies ? `${key} cookies` : key
    const isUncacheable = this.#uncacheable.has(mark)
    const refuse = (): void => {
      this.#uncacheable.add(mark)
      if (!policy.hasCookies) this.#keptPaths.delete(path)
    }
    const keep = (): void => {
      this.#uncacheable.delete(mark)
      this.#keptPaths.add(path)
    }
    return new Fill(
      this.#settings,
      { resource: key, policy, stale, isUncacheable, refuse, keep },
      scope,
      send,
    )
  }

  async #run(fill: Fill, [app, scope, receive]: Call): Promise<void> {
    this.#running.add(fill)
    try {
      await fill.run(app, receive)
    } finally {
      const { kept, resource } = fill
      if (kept !== undefined && !fill.isOutdated) await this.#write(resource, scope, kept)
      this.#running.delete(fill)
    }
  }

  /** Fetches a new response after a stale one was served. Only one request at a time does this. */
  async #refresh(slot: string, ask: Ask, [app, scope]: Call): Promise<void> {
    if (this.#refreshing.has(slot)) return
    this.#refreshing.add(slot)
    const { onDisconnect: _gone, extensions: _none, ...rest } = scope
    const own: HTTPScope = { ...rest, method: 'GET', headers: withoutConditions(scope.headers) }
    try {
      await this.#fill(ask, [app, own, async () => NO_BODY, async () => {}])
    } catch (error) {
      this.#report(error)
    } finally {
      this.#refreshing.delete(slot)
    }
  }

  async #write(key: string, { headers }: HTTPScope, entry: Entry): Promise<void> {
    const { store } = this.#settings
    const ttl = secondsKept(entry)
    try {
      if (entry.vary.length === 0) return await store.set(key, encodeEntry(entry), ttl)
      const variants = await this.#variantsFor(key, entry)
      await store.set(variantKey(key, variants, headers), encodeEntry(entry), ttl)
      await store.set(key, encodeVariants(variants), ttl)
    } catch (error) {
      this.#report(error)
    }
  }

  /** Returns the stored variants of a resource if they depend on the same fields, otherwise new ones. */
  async #variantsFor(key: string, { vary }: Entry): Promise<Variants> {
    const present = await this.#read(key)
    const isSame = present !== undefined && 'id' in present && present.vary.join() === vary.join()
    return isSame ? present : { vary, id: crypto.randomUUID() }
  }
}

function isSameVariant({ vary }: Entry, one: HeaderList, other: HeaderList): boolean {
  return vary.every((name) => joinedField(one, name) === joinedField(other, name))
}
