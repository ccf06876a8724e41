/** Where sessions are stored: in the cookie itself, or elsewhere. */
import type { SessionRecord } from '../../http/session.ts'

/** A session, when it was saved, and when it was first saved, in seconds since 1970. */
export interface Opened {
  readonly record: SessionRecord
  readonly issued: number
  readonly created: number
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

/** The longest id, times and commas that `pack` puts before the data, until the year 2286. */
export const PACK_BYTES: number = 43 + 1 + 10 + 1 + 10 + 1

/** Packs a session as text: the id, the times, and the data as JSON. */
export function pack({ record, issued, created }: Opened): string {
  const times = created === issued ? issued : `${issued}-${created}`
  return `${record.id},${times},${record.text}`
}

export function unpack(text: string): Opened | undefined {
  const [, id, issued, created = issued, data] =
    /^([\w-]{43}),(\d{1,12})(?:-(\d{1,12}))?,(.*)$/s.exec(text) ?? []
  if (id === undefined || data === undefined) return undefined
  return { record: { id, text: data }, issued: Number(issued), created: Number(created) }
}
