/** Where sessions are stored: in the cookie itself, or elsewhere. */
import type { SessionRecord } from '../../http/session.ts'

/** A session, and when it was saved, in seconds since 1970. */
export interface Opened {
  readonly record: SessionRecord
  readonly issued: number
}

/** Converts sessions to cookie values and back. */
export interface SessionBackend {
  /** The most bytes of JSON that fit (no limit). */
  readonly mostBytes?: number
  /** The session for a cookie value; undefined if the value is unknown or forged. */
  open(token: string): Opened | undefined | Promise<Opened | undefined>
  /**
   * The cookie value; undefined if the session that it continues, with the id `previous`, was removed
   * meanwhile and must stay removed.
   */
  save(kept: Opened, previous?: string): Promise<string | undefined>
  /** Invalidates an id, as far as the server can. */
  remove(id: string): Promise<void>
}

/** The longest cookie that browsers store. */
const MOST_LENGTH = 4096

/** The longest id, time and commas that `pack` puts before the data. */
const PACK_BYTES = 43 + 1 + 12 + 1

/** The bytes of data that fit into a cookie of this name, next to `extra` other characters. */
export function capacityOf(cookie: string, extra: number): number {
  const base64 = MOST_LENGTH - cookie.length - extra
  return Math.floor((base64 * 3) / 4) - PACK_BYTES
}

/** Packs a session as text: the id, the time, and the data as JSON. */
export function pack({ record, issued }: Opened): string {
  return `${record.id},${issued},${record.text}`
}

export function unpack(text: string): Opened | undefined {
  const [, id, issued, data] = /^([\w-]{43}),(\d{1,12}),(.*)$/s.exec(text) ?? []
  if (id === undefined || data === undefined) return undefined
  return { record: { id, text: data }, issued: Number(issued) }
}

export function isPlausible(token: string): boolean {
  return token.length <= MOST_LENGTH
}
