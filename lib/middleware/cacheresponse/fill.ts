/** A request to the app whose response the cache may store. */

import { followsDisconnect } from '../../exceptions/common.ts'
import { ClientDisconnected } from '../../exceptions.ts'
import type { ConditionalScope } from '../../http/conditional.ts'
import { withLowerNames } from '../../http/fieldlists.ts'
import { Session } from '../../http/session.ts'
import { callListener, handled } from '../../internal/handled.ts'
import { withoutPathsend } from '../../protocol/pathsend.ts'
import {
  type App,
  type HeaderList,
  type HTTPResponseStartMessage,
  type HTTPScope,
  type Receive,
  SENT,
  type Send,
  type SendMessage,
} from '../../types.ts'
import { answer, ConditionalSend } from './answer.ts'
import { type Entry, isUsable } from './entries.ts'
import { Recording } from './recording.ts'
import { type RequestPolicy, withoutConditions } from './requests.ts'
import { type Freshness, freshnessOf, type Times } from './rules.ts'
import { freshenEntry, withValidators } from './validation.ts'

export interface FillSettings extends Times {
  readonly maxBodySize: number
  readonly onError: (error: unknown) => void
}

interface FillOptions {
  /** The key of the resource. */
  readonly resource: string
  readonly policy: RequestPolicy
  /** The stored response that is stale. */
  readonly stale: Entry | undefined
  /** Whether a recent response could not be cached. Then the app gets the request unchanged. */
  readonly isUncacheable: boolean
  /** Called as soon as it is known that the response may not be cached. */
  readonly refuse: () => void
  /** Called when the response is stored. */
  readonly keep: () => void
}

/**
 * The response; or `'pass'`: each waiting request must call the app; or `'retry'`: the first client
 * disconnected.
 */
type Outcome = Entry | 'pass' | 'retry'

export type Call = readonly [app: App, scope: HTTPScope, receive: Receive, send: Send]

/** Statuses that show that the app, or a server behind it, is failing (RFC 5861 section 4). */
const OUT_OF_ORDER: ReadonlySet<number> = new Set([500, 502, 503, 504])

export class Fill {
  readonly resource: string
  /** The fields of the original request. */
  readonly headers: HeaderList
  readonly outcome: Promise<Outcome>
  /** Whether the resource was changed meanwhile. */
  isOutdated = false
  /** The response, if it may be cached. */
  kept: Entry | undefined
  readonly #settings: FillSettings
  readonly #options: FillOptions
  readonly #scope: HTTPScope
  readonly #request: ConditionalScope
  readonly #send: Send
  readonly #out: ConditionalSend
  readonly #recording: Recording
  #settle: (outcome: Outcome) => void = () => {}
  #isStarted = false
  /** Whether a stored response was sent instead of the app's answer. */
  #isReplaced = false

  constructor(settings: FillSettings, options: FillOptions, scope: HTTPScope, send: Send) {
    this.resource = options.resource
    this.headers = scope.headers
    this.#settings = settings
    this.#options = options
    this.#scope = scope
    this.#request = { method: scope.method, headers: scope.headers }
    this.#send = send
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#out = new ConditionalSend(this.#request, send)
    this.#recording = new Recording(options.isUncacheable ? send : this.#out.send, {
      maxSize: settings.maxBodySize,
      freshnessOf: (start) => this.#freshnessOf(start),
      done: (entry) => this.#done(entry),
    })
  }

  /** Calls the app, and restores the extensions afterwards. */
  async run(app: App, receive: Receive): Promise<void> {
    const { extensions } = this.#scope
    try {
      await app(this.#prepared(), receive, this.#receive)
    } catch (error) {
      const isGone = followsDisconnect(error, this.#scope)
      if (isGone && this.#isAnswered) return // the client got a cached response
      if (!isGone && !this.#isStarted && this.#replaces(error)) return await this.#replace()
      this.#settle(isGone ? 'retry' : 'pass')
      throw error
    } finally {
      if (extensions !== undefined) this.#scope.extensions = extensions
      this.#settle('pass')
    }
  }

  /**
   * Returns a scope for which the app sends the whole response, in a form that can be cached. Changed
   * fields are in a copy of the scope, because outer middleware may read the original until the response
   * has ended.
   */
  #prepared(): HTTPScope {
    const scope = this.#scope
    const { isUncacheable, stale } = this.#options
    if (isUncacheable) return scope
    // A file that the server sends by path would bypass the cache.
    if (scope.extensions !== undefined) scope.extensions = withoutPathsend(scope.extensions)
    const plain = withoutConditions(scope.headers)
    const headers = stale === undefined ? plain : withValidators(plain, stale)
    if (headers === scope.headers) return scope
    scope.outcome ??= {} // shared by all copies
    return { ...scope, headers }
  }

  get #isAnswered(): boolean {
    return this.#isReplaced || this.#out.isOver
  }

  readonly #receive: Send = (message) => {
    if (this.#isReplaced || (this.#out.isOver && this.#recording.isOver))
      return dropMessage(message)
    if (message.type !== 'http.response.start' || this.#isStarted)
      return this.#recording.send(message)
    this.#isStarted = true
    const start = withLowerNames(message)
    if (start.status === 304 && this.#isValidated()) return this.#freshen(start)
    if (OUT_OF_ORDER.has(start.status) && this.#mayReplace()) return this.#replace()
    return this.#recording.send(start)
  }

  /** Whether a 304 of the app responds to the condition that the cache added. */
  #isValidated(): boolean {
    return !this.#options.isUncacheable && this.#options.stale?.revalidate !== undefined
  }

  #freshen(start: HTTPResponseStartMessage): Promise<void> {
    const { stale } = this.#options
    if (stale === undefined) return this.#send(start)
    this.#isReplaced = true
    const { entry, freshness } = freshenEntry(stale, start, this.#settings, Date.now())
    this.#done(freshness === undefined ? undefined : entry)
    return answer(entry, this.#request, this.#send)
  }

  #mayReplace(): boolean {
    const { stale, policy } = this.#options
    return stale !== undefined && isUsable(stale, stale.ifError, policy, Date.now())
  }

  /**
   * Whether the stale response is sent instead. Then the error is reported, because the client does not
   * see it.
   */
  #replaces(error: unknown): boolean {
    if (!this.#mayReplace()) return false
    callListener('cacheResponse: onError', this.#settings.onError, error)
    return true
  }

  #replace(): Promise<void> {
    const { stale } = this.#options
    if (stale === undefined) return SENT
    this.#isStarted = true
    this.#isReplaced = true
    return answer(stale, this.#request, this.#send)
  }

  #freshnessOf(start: HTTPResponseStartMessage): Freshness | undefined {
    const freshness = freshnessOf(start, this.#settings, Date.now())
    // `sessions()` outside adds `Set-Cookie` and `Vary` later, so they are not among these fields.
    const { session } = this.#scope
    const isPersonal =
      this.#options.policy.hasCookies || (session instanceof Session && session.used)
    return isPersonal && !freshness?.isPublic ? undefined : freshness
  }

  #done(entry: Entry | undefined): void {
    this.kept = entry
    if (entry === undefined) this.#options.refuse()
    else this.#options.keep()
    this.#settle(entry ?? 'pass')
  }
}

/** Drops a message. The rejection stops an app that sends more, as if the client had disconnected. */
function dropMessage(message: SendMessage): Promise<void> {
  if (message.type !== 'http.response.body' || !message.moreBody) return SENT
  return handled(Promise.reject(new ClientDisconnected()))
}
