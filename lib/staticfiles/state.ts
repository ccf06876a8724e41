/** What tells the state of a file: its size, its time, and a tag of its content. */
import { createHash } from 'node:crypto'
import type { Coding } from '../http/codings.ts'
import { sha256 } from '../internal/digests.ts'
import { type FileStat, lastModified } from '../responses/file/answer.ts'
import type { DiskFile } from '../responses/file/disk.ts'
import { CHUNK } from '../responses/file/sending.ts'
import type { HeaderList } from '../types.ts'

/**
 * What is larger than this is kept only while there is room, and nothing goes for it. Else what had to
 * go would still be held for who is slow to take it: 400 clients that asked for 100 files of 1 MiB, and
 * took none, made it 46 MB where 16 MiB were the bound, and 18 MB so. Those without room are streamed, in
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

/** Of a file that was read whole. */
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

/** The fields with those that tell the state of a file. */
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

/** One tag for each form, whatever their sizes and times are (RFC 9110 section 8.8.3.3). */
function withCoding(etag: string, coding: Coding): string {
  return `${etag.slice(0, -1)}-${coding}"`
}
