/** The storage of sessions: in the cookie itself, or elsewhere. */
import type { SessionRecord } from '../../http/session.ts'

/** A session with the times when it was last saved and first saved, in seconds since 1970. */
export interface SavedSession {
  readonly record: SessionRecord
  readonly issued: number
  readonly created: number
}

/** Converts sessions to cookie values and back. */
export interface SessionBackend {
  /** The maximum size of the data as JSON, in bytes (no limit). */
  readonly mostBytes?: number
  /** Returns the session for a cookie value, or undefined if the value is unknown or forged. */
  open(token: string): SavedSession | undefined | Promise<SavedSession | undefined>
  /**
   * Saves a session and returns its cookie value. Returns undefined if the session had the id `previous`
   * before and was removed meanwhile: it must stay removed.
   */
  save(kept: SavedSession, previous?: string): Promise<string | undefined>
  /** Invalidates an id, as far as the server can. */
  remove(id: string): Promise<void>
}

/**
 * The maximum length of the id, times and commas that `pack` puts before the data, until the year 2286.
 */
export const PACK_BYTES: number = 43 + 1 + 10 + 1 + 10 + 1

/** Packs a session as text: the id, the times, and the data as JSON. */
export function pack({ record, issued, created }: SavedSession): string {
  const times = created === issued ? issued : `${issued}-${created}`
  return `${record.id},${times},${record.text}`
}

export function unpack(text: string): SavedSession | undefined {
  const [, id, issued, created = issued, data] =
    /^([\w-]{43}),(\d{1,12})(?:-(\d{1,12}))?,(.*)$/s.exec(text) ?? []
  if (id === undefined || data === undefined) return undefined
  return { record: { id, text: data }, issued: Number(issued), created: Number(created) }
}
