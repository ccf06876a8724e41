/** Where sessions are kept: in the cookie itself, or behind it. */
import type { SessionRecord } from '../../http/session.ts'

/** A session, and when it was kept: in seconds, as clocks tell them. */
export interface Opened {
  readonly record: SessionRecord
  readonly issued: number
}

/** Turns a session into the value of a cookie and back. */
export interface Vault {
  /** The bytes of JSON that it can keep (no limit). */
  readonly mostBytes?: number
  /** The session of a cookie's value; undefined for whatever was not made here. */
  open(token: string): Opened | undefined | Promise<Opened | undefined>
  /**
   * The cookie's value; undefined when the session that it goes on from, of the id `previous`, was
   * removed meanwhile, and is to stay so.
   */
  save(kept: Opened, previous?: string): Promise<string | undefined>
  /** Makes an id worth nothing, as far as the server can. */
  remove(id: string): Promise<void>
}

/** No cookie that a browser keeps is longer. */
const MOST_LENGTH = 4096

/** The longest id, time and commas that `pack` puts before the data. */
const PACK_BYTES = 43 + 1 + 12 + 1

/** How much data fits into a cookie of this name, which has `extra` characters besides the packed text. */
export function capacityOf(cookie: string, extra: number): number {
  const base64 = MOST_LENGTH - cookie.length - extra
  return Math.floor((base64 * 3) / 4) - PACK_BYTES
}

/** Text that goes around: the id, the time, and the data as JSON, which may be of any length. */
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
