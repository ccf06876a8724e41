/** The state of a file: its size, its time, and a tag of its content. */
import { createHash } from 'node:crypto'
import type { Coding } from '../http/codings.ts'
import { sha256 } from '../internal/digests.ts'
import { type FileStat, lastModified } from '../responses/file/answer.ts'
import type { DiskFile } from '../responses/file/disk.ts'
import { CHUNK } from '../responses/file/sending.ts'
import type { HeaderList } from '../types.ts'

/**
 * Larger files are kept only while there is room, and others are not removed for them. Otherwise slow
 * clients would keep removed files alive: with 400 clients that requested 100 files of 1 MiB and read
 * nothing, 46 MB instead of the limit of 16 MiB, and 18 MB this way. Files without room are streamed, in
 * pieces of this size.
 */
export const MODEST_BYTES: number = 256 * 1024

/** What was read of a file. */
export interface Content {
  readonly size: number
  readonly hash: string
  /** Its bytes, unless it is large. */
  readonly bytes: Uint8Array | undefined
}

/** For a file that was read as a whole. */
export function contentOf(bytes: Uint8Array): Content {
  return { size: bytes.byteLength, hash: sha256(bytes), bytes }
}

/** Reads a file for its tag. */
export async function readOrHash(file: DiskFile, size: number): Promise<Content> {
  file.begin([{ start: 0, end: size }])
  if (size <= MODEST_BYTES) return contentOf(await file.next(size))
  const hash = createHash('sha256')
  for (let left = size; left > 0; left -= CHUNK) hash.update(await file.next(Math.min(left, CHUNK)))
  return { size, hash: hash.digest('base64url'), bytes: undefined }
}

/** The fields, with those of the state of a file. */
export function withState(
  fields: HeaderList,
  state: FileStat,
  tag: string,
  coding: Coding | undefined,
): HeaderList {
  const etag = coding === undefined ? tag : withCoding(tag, coding)
  return [
    ...[...fields, 'content-length', String(state.size)],
    ...['last-modified', lastModified(state), 'etag', etag],
  ]
}

/** A different tag for each form, even if size and time are equal (RFC 9110 section 8.8.3.3). */
function withCoding(etag: string, coding: Coding): string {
  return `${etag.slice(0, -1)}-${coding}"`
}
