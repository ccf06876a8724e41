/** A session: the data of one user, which is kept between requests. */
import { randomText } from '../internal/base64url.ts'
import { brand } from '../types/brand.ts'
import { assertSize, limitedView } from './sessionlimit.ts'

/**
 * The data of a session, which must have a JSON form. Declare your own keys by augmentation:
 *
 * ```ts
 * declare module 'stellula/sessions' {
 *   interface SessionData { userId?: number }
 * }
 * ```
 */
export interface SessionData {
  [name: string]: unknown
}

/** A session in its stored form. */
export interface SessionRecord {
  /** 32 random bytes in base64url. */
  readonly id: string
  /** The data, as JSON. */
  readonly text: string
}

/** How the middleware must store a session when the response starts. */
export type SessionChange =
  | { readonly type: 'none' }
  /** Store this record, and delete the session with the id `stale`. */
  | { readonly type: 'save'; readonly record: SessionRecord; readonly stale: string | undefined }
  /** Delete it, in the store and in the browser. */
  | { readonly type: 'remove'; readonly stale: string }

const ID_BYTES = 32
const EMPTY = '{}'

/**
 * A user's data with its id: `request.session`.
 *
 * Change `data` like any object, at any depth. The state at the start of the response is stored. A new
 * session that stays empty is not stored.
 *
 * @example
 * const session = new Session()
 * session.data.user = { name: 'ada' }
 * session.regenerate() // after a login
 * session.change() // { type: 'save', record: { id: …, text: '{"user":{"name":"ada"}}' }, … }
 */
export class Session {
  static {
    brand(Session, 'Session')
  }

  readonly #loaded: SessionRecord | undefined
  readonly #mostBytes: number
  #id: string | undefined
  #data: SessionData | undefined
  /** The data for handlers: the data itself, or a proxy of it that enforces the limit. */
  #view: SessionData | undefined
  #kept = false
  #used = false

  /**
   * Loads a stored session, or makes a new one.
   *
   * @param mostBytes The maximum size of the data as JSON, in bytes (no limit). A cookie holds about 3 kB.
   */
  constructor(loaded?: SessionRecord, mostBytes: number = Number.POSITIVE_INFINITY) {
    this.#loaded = loaded
    this.#mostBytes = mostBytes
    this.#id = loaded?.id
  }

  /**
   * The data: an object without prototype, which may be read and changed at any depth.
   *
   * If sessions are stored in cookies, setting a value throws a RangeError if the data no longer fits.
   * This is checked at any depth of the plain objects and lists that were read from `data`. These are
   * proxies, which `structuredClone()` does not accept: clone `JSON.parse(JSON.stringify(data))`. Changes
   * to other objects are checked when the response starts.
   */
  get data(): SessionData {
    this.#used = true
    this.#data ??= parse(this.#loaded?.text ?? EMPTY)
    this.#view ??=
      this.#mostBytes === Number.POSITIVE_INFINITY ? this.#data : this.#limited(this.#data)
    return this.#view
  }

  #limited(data: SessionData): SessionData {
    const mostBytes = this.#mostBytes
    return limitedView(data, (name) => assertSize(stringify(data), mostBytes, name))
  }

  /** The id, a secret that only the server and the user's browser know. */
  get id(): string {
    this.#used = true
    this.#id ??= randomText(ID_BYTES)
    return this.#id
  }

  /** Whether the request came without a valid session. */
  get isNew(): boolean {
    this.#used = true
    return this.#loaded === undefined
  }

  /** Whether the session was read or changed. Then the response depends on it. */
  get used(): boolean {
    return this.#used
  }

  /** Stores the session even if it is empty. So the next request has the same id. */
  keep(): void {
    this.#used = true
    this.#kept = true
  }

  /**
   * Gives the session a new id and keeps its data. The old id is no longer valid. Call it whenever the
   * user's permissions change, above all on login: an attacker who planted the old id cannot use it then.
   */
  regenerate(): void {
    this.#used = true
    this.#id = undefined
  }

  /** Deletes the session, data and id. Data that is set later belongs to a new session. */
  destroy(): void {
    this.regenerate()
    this.#kept = false
    this.#data = parse(EMPTY)
    this.#view = undefined
  }

  /**
   * Returns how to store the session, for middleware.
   *
   * @throws TypeError if the data has no JSON form, RangeError if it does not fit.
   */
  change(): SessionChange {
    const loaded = this.#loaded
    const text = this.#data === undefined ? (loaded?.text ?? EMPTY) : stringify(this.#data)
    if (text !== loaded?.text) assertSize(text, this.#mostBytes)
    const isSame = loaded !== undefined && this.#id === loaded.id && text === loaded.text
    if (isSame || (loaded === undefined && text === EMPTY && !this.#kept)) return { type: 'none' }
    if (loaded !== undefined && text === EMPTY && !this.#kept) {
      return { type: 'remove', stale: loaded.id }
    }
    const stale = this.#id === loaded?.id ? undefined : loaded?.id
    return { type: 'save', record: { id: this.id, text }, stale }
  }

  /** Returns the current state of the session as a record to store. */
  toRecord(): SessionRecord {
    return { id: this.id, text: stringify(this.data) }
  }
}

/** Parses the data. Text that is invalid, or not an object, becomes an empty session. */
function parse(text: string): SessionData {
  try {
    const data: unknown = JSON.parse(text)
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
      return Object.setPrototypeOf(data, null)
    }
  } catch {
    // The text is not JSON.
  }
  return Object.create(null)
}

function stringify(data: SessionData): string {
  try {
    return JSON.stringify(data)
  } catch (error) {
    throw new TypeError(
      `session: the data must have a JSON form, ${error instanceof Error ? error.message : String(error)}. Store plain values only.`,
      { cause: error },
    )
  }
}
