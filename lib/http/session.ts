/** What a visitor's requests have in common: an object that is kept between them. */
import { randomText } from '../internal/base64url.ts'
import { encodeText } from '../internal/bytes.ts'
import { brand } from '../types/brand.ts'

/**
 * What is kept in a session: whatever JSON can write. Open to augmentation:
 *
 *     declare module 'stellula/sessions' {
 *       interface SessionData { userId?: number }
 *     }
 */
export interface SessionData {
  [name: string]: unknown
}

/** A session as it was kept. */
export interface SessionRecord {
  /** 32 random bytes in base64url. */
  readonly id: string
  /** The data, as JSON. */
  readonly text: string
}

/** What is to be done with a session once the request is answered. */
export type SessionChange =
  | { readonly type: 'none' }
  /** Keep this, and forget the session of the id `stale`. */
  | { readonly type: 'save'; readonly record: SessionRecord; readonly stale: string | undefined }
  /** Forget it, on both sides. */
  | { readonly type: 'remove'; readonly stale: string }

const ID_BYTES = 32
const EMPTY = '{}'

/**
 * A visitor's data, and the id that it is kept under: `request.session`.
 *
 * Change `data` as any object, at any depth; what has changed when the response starts is kept. An
 * empty session that was never kept leaves no trace.
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
  /** What handlers get: the data itself, or a view of it that keeps to the limit. */
  #view: SessionData | undefined
  #kept = false
  #used = false

  /**
   * One that was kept, or a new one.
   *
   * @param mostBytes What the data may have as JSON (no limit); a cookie holds about 3 kB.
   */
  constructor(loaded?: SessionRecord, mostBytes: number = Number.POSITIVE_INFINITY) {
    this.#loaded = loaded
    this.#mostBytes = mostBytes
    this.#id = loaded?.id
  }

  /**
   * What is kept; an object without prototype, to be read and changed at any depth.
   *
   * In a cookie, setting one of its values throws a RangeError if the data no longer fits; what is
   * changed deeper inside is measured when the response starts.
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
    return new Proxy(data, {
      set(target, name, value): boolean {
        const before = Reflect.getOwnPropertyDescriptor(target, name)
        const isSet = Reflect.set(target, name, value)
        try {
          assertSize(stringify(target), mostBytes, name)
        } catch (error) {
          if (before === undefined) Reflect.deleteProperty(target, name)
          else Reflect.defineProperty(target, name, before)
          throw error
        }
        return isSet
      },
    })
  }

  /** A secret of this session: nobody but the server and the visitor's browser knows it. */
  get id(): string {
    this.#used = true
    this.#id ??= randomText(ID_BYTES)
    return this.#id
  }

  /** Whether the request came without a session that is known here. */
  get isNew(): boolean {
    this.#used = true
    return this.#loaded === undefined
  }

  /** Whether anything has looked at it, so that the answer depends on it. */
  get used(): boolean {
    return this.#used
  }

  /** Keeps the session even if it is empty, so that its id is the same on the next request. */
  keep(): void {
    this.#used = true
    this.#kept = true
  }

  /**
   * Gives it another id, with the same data; the old one is dead. Call it whenever what the visitor
   * may do changes, on login above all: an id that somebody planted before is worth nothing then.
   */
  regenerate(): void {
    this.#used = true
    this.#id = undefined
  }

  /** Forgets it, data and id; what is set afterwards is a new session. */
  destroy(): void {
    this.regenerate()
    this.#kept = false
    this.#data = parse(EMPTY)
    this.#view = undefined
  }

  /**
   * What is to be done to keep it; for middleware that keeps sessions.
   *
   * @throws TypeError when the data cannot be written as JSON, RangeError when it does not fit.
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

  /** The session as it is now, to be kept once more. */
  toRecord(): SessionRecord {
    return { id: this.id, text: stringify(this.data) }
  }
}

/** What cannot be read, or is no object, is an empty session. */
function parse(text: string): SessionData {
  try {
    const data: unknown = JSON.parse(text)
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
      return Object.setPrototypeOf(data, null)
    }
  } catch {}
  return Object.create(null)
}

function stringify(data: SessionData): string {
  try {
    return JSON.stringify(data)
  } catch (error) {
    throw new TypeError(
      `session: the data must be what JSON can write, ${error instanceof Error ? error.message : String(error)}. Keep plain values in it.`,
      { cause: error },
    )
  }
}

/** Told where the data is set, since the response that would carry it is the wrong place to fail. */
function assertSize(text: string, mostBytes: number, name?: string | symbol): void {
  // One code unit is three bytes of UTF-8 at most.
  if (text.length * 3 <= mostBytes) return
  const size = encodeText(text).byteLength
  if (size <= mostBytes) return
  const cause = name === undefined ? '' : ` with ${JSON.stringify(String(name))}`
  throw new RangeError(
    `session.data: a cookie holds ${mostBytes} bytes of JSON, ${size} were given${cause}. Keep sessions in a store, sessions({ store }), or keep the data elsewhere and its key in the session.`,
  )
}
