/** Where sessions are kept: in the cookie itself, or behind it. */
import type { SessionRecord } from '../../sessions.ts'

/** A session, and when it was kept: in seconds, as clocks tell them. */
export interface Opened {
  readonly record: SessionRecord
  readonly issued: number
}

/** Turns a session into the value of a cookie and back. */
export interface Vault {
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
