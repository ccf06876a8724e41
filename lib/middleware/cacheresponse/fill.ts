/** A request to the app whose response the cache may store. */

import { followsDisconnect } from '../../exceptions/common.ts'
import { ClientDisconnected } from '../../exceptions.ts'
import type { ConditionalScope } from '../../http/conditional.ts'
import { withLowerNames } from '../../http/fieldlists.ts'
import { tell } from '../../internal/handled.ts'
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
import { unconditional, type Wish } from './requests.ts'
import { type Stay, stayOf, type Times } from './rules.ts'
import { freshened, validating } from './validation.ts'

export interface FillSettings extends Times {
  readonly maxBodySize: number
  readonly onError: (error: unknown) => void
}

export interface FillOptions {
  /** The key of the resource. */
  readonly resource: string
  readonly wish: Wish
  /** The stored response that is stale. */
  readonly stale: Entry | undefined
  /** Whether its responses could not be cached so far: then the app gets the request unchanged. */
  readonly isUncacheable: boolean
  /** Called as soon as it is known that the response may not be cached. */
  readonly refuse: () => void
  /** Called when the response is stored. */
  readonly keep: () => void
}

/** The response; `'pass'`: each request must call the app; `'retry'`: the first client disconnected. */
export type Outcome = Entry | 'pass' | 'retry'

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
  readonly #asked: ConditionalScope
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
    this.#asked = { method: scope.method, headers: scope.headers }
    this.#send = send
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve
    })
    this.#out = new ConditionalSend(this.#asked, send)
    this.#recording = new Recording(options.isUncacheable ? send : this.#out.send, {
      maxSize: settings.maxBodySize,
      stayOf: (start) => this.#stayOf(start),
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
      if (isGone && this.#isAnswered) return // the cache answered: the app was only told to stop
      if (!isGone && !this.#isStarted && this.#replaces(error)) return await this.#replace()
      this.#settle(isGone ? 'retry' : 'pass')
      throw error
    } finally {
      if (extensions !== undefined) this.#scope.extensions = extensions
      this.#settle('pass')
    }
  }

  /**
   * Asks the app for the whole response, in a form that can be cached. Other fields are in a
   * copy of the scope: middleware outside may read its own until the response has ended.
   */
  #prepared(): HTTPScope {
    const scope = this.#scope
    const { isUncacheable, stale } = this.#options
    if (isUncacheable) return scope
    // A file that the server sends by path would bypass the cache.
    if (scope.extensions !== undefined) scope.extensions = withoutPathsend(scope.extensions)
    const plain = unconditional(scope.headers)
    const headers = stale === undefined ? plain : validating(plain, stale)
    if (headers === scope.headers) return scope
    scope.outcome ??= {} // which all copies share
    return { ...scope, headers }
  }

  get #isAnswered(): boolean {
    return this.#isReplaced || this.#out.isOver
  }

  readonly #receive: Send = (message) => {
    if (this.#isReplaced || (this.#out.isOver && this.#recording.isOver)) return dropped(message)
    if (message.type !== 'http.response.start' || this.#isStarted)
      return this.#recording.send(message)
    this.#isStarted = true
    const start = withLowerNames(message)
    if (start.status === 304 && this.#isValidated()) return this.#freshen(start)
    if (OUT_OF_ORDER.has(start.status) && this.#mayReplace()) return this.#replace()
    return this.#recording.send(start)
  }

  /** Whether the app's 304 answers the cache's own condition. */
  #isValidated(): boolean {
    return !this.#options.isUncacheable && this.#options.stale?.revalidate !== undefined
  }

  #freshen(start: HTTPResponseStartMessage): Promise<void> {
    const { stale } = this.#options
    if (stale === undefined) return this.#send(start)
    this.#isReplaced = true
    const { entry, stay } = freshened(stale, start, this.#settings, Date.now())
    this.#done(stay === undefined ? undefined : entry)
    return answer(entry, this.#asked, this.#send)
  }

  #mayReplace(): boolean {
    const { stale, wish } = this.#options
    return stale !== undefined && isUsable(stale, stale.ifError, wish, Date.now())
  }

  /** Reports the error, since the client does not see it. */
  #replaces(error: unknown): boolean {
    if (!this.#mayReplace()) return false
    tell('cacheResponse: onError', this.#settings.onError, error)
    return true
  }

  #replace(): Promise<void> {
    const { stale } = this.#options
    if (stale === undefined) return SENT
    this.#isStarted = true
    this.#isReplaced = true
    return answer(stale, this.#asked, this.#send)
  }

  #stayOf(start: HTTPResponseStartMessage): Stay | undefined {
    const stay = stayOf(start, this.#settings, Date.now())
    return this.#options.wish.hasCookies && !stay?.isPublic ? undefined : stay
  }

  #done(entry: Entry | undefined): void {
    this.kept = entry
    if (entry === undefined) this.#options.refuse()
    else this.#options.keep()
    this.#settle(entry ?? 'pass')
  }
}

/** Makes an app that keeps sending believe that the client disconnected. */
function dropped(message: SendMessage): Promise<void> {
  if (message.type !== 'http.response.body' || !message.moreBody) return SENT
  const refused = Promise.reject(new ClientDisconnected())
  refused.catch(() => {}) // a forgotten `await` must not end the process
  return refused
}
