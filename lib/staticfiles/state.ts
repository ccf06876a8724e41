/** The content of a file, and its hash. */
import { createHash } from 'node:crypto'
import { sha256 } from '../internal/digests.ts'
import type { DiskFile } from '../responses/file/disk.ts'
import { CHUNK } from '../responses/file/sending.ts'

/**
 * Larger files are cached only if there is space, and no other files are removed for them. Otherwise slow
 * clients would keep removed files in memory: 400 clients that requested 100 files of 1 MiB and read
 * nothing used 46 MB with a limit of 16 MiB; with this rule they use 18 MB. Files without space are
 * streamed in pieces of this size.
 */
export const MODEST_BYTES: number = 256 * 1024

/** The content of a file that was read. */
export interface Content {
  readonly size: number
  readonly hash: string
  /** Its bytes, unless it is large. */
  readonly bytes: Uint8Array | undefined
}

/** Returns the content of a file that was read as a whole. */
export function contentOf(bytes: Uint8Array): Content {
  return { size: bytes.byteLength, hash: sha256(bytes), bytes }
}

/** Reads a file to compute its tag. */
export async function readOrHash(file: DiskFile, size: number): Promise<Content> {
  file.begin([{ start: 0, end: size }])
  if (size <= MODEST_BYTES) return contentOf(await file.next(size))
  const hash = createHash('sha256')
  for (let left = size; left > 0; left -= CHUNK) hash.update(await file.next(Math.min(left, CHUNK)))
  return { size, hash: hash.digest('base64url'), bytes: undefined }
}
