/** The files of a source, with a cache of their contents. */
import type { Coding } from '../http/codings.ts'
import { joinBytes } from '../internal/bytes.ts'
import { check } from '../internal/checks.ts'
import type { HeaderList } from '../types.ts'
import { ByteCache } from './bytecache.ts'
import { SUFFIXES } from './codings.ts'
import { cacheControlOf, fieldsOf, withState } from './fields.ts'
import type { FilesOptions } from './files.ts'
import type { Lookup } from './lookup.ts'
import { type FileBytes, type FileSource, type SourceFile, tooShort } from './source.ts'

/** A file of a source, in the state in which it was opened for this request. */
export interface SourcedFile {
  /** The requested name; for a compressed form, that of the plain file. */
  readonly name: string
  readonly state: SourceFile
  readonly headers: HeaderList
  readonly cacheControl: string | undefined
  readonly coding: Coding | undefined
}

interface CachedFile {
  readonly etag: string
  readonly content: Promise<Uint8Array>
}

/** The approximate overhead of an entry. */
const ENTRY_BYTES = 1024

const ETAG = /^"[\x21\x23-\x7e\x80-\xff]*"$/

export class SourcedFiles implements Lookup<SourcedFile> {
  readonly #source: FileSource
  readonly #options: FilesOptions
  readonly #cache: ByteCache<CachedFile>

  constructor(source: FileSource, options: FilesOptions) {
    this.#source = source
    this.#options = options
    this.#cache = new ByteCache(options.maxBytes)
  }

  /** A source does not list directories, so a name without a file may be a directory. */
  async look(name: string): Promise<SourcedFile | 'directory'> {
    return (name === '' ? undefined : await this.#open(name, undefined)) ?? 'directory'
  }

  lookBeside({ name }: SourcedFile, coding: Coding): Promise<SourcedFile | undefined> {
    return this.#open(name, coding)
  }

  async #open(name: string, coding: Coding | undefined): Promise<SourcedFile | undefined> {
    const { cacheControl } = this.#options
    const state = await this.#source.open(coding === undefined ? name : name + SUFFIXES[coding])
    if (state === undefined) return undefined
    checkState(state)
    return {
      ...{ name, state, coding, cacheControl: cacheControlOf(cacheControl, name) },
      headers: withState(fieldsOf(name, coding, this.#options), state, state.etag, coding),
    }
  }

  /**
   * Returns the whole content if it is small enough to be cached. The entity tag shows whether the content
   * is unchanged, so files without a tag are not cached. Simultaneous requests share one read.
   */
  async contentOf({ name, coding, state }: SourcedFile): Promise<Uint8Array | undefined> {
    const { etag, size } = state
    const { maxBytes, maxFileBytes } = this.#options
    if (etag === undefined || size > Math.min(maxFileBytes, maxBytes - ENTRY_BYTES))
      return undefined
    const key = coding === undefined ? name : `${coding} ${name}`
    const kept = this.#cache.get(key)
    if (kept?.etag === etag) return kept.content
    const bytes = state.read(0, size)
    if (bytes instanceof Uint8Array) return checked(bytes, size)
    return this.#keep(key, { etag, content: collect(bytes, size) }, size)
  }

  async #keep(key: string, kept: CachedFile, size: number): Promise<Uint8Array> {
    this.#cache.set(key, kept, ENTRY_BYTES + size)
    try {
      return await kept.content
    } catch (error) {
      if (this.#cache.get(key) === kept) this.#cache.delete(key)
      throw error
    }
  }
}

/** Yields the bytes of a range. It throws if the source gives more or fewer bytes. */
export async function* readRange(
  file: SourceFile,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const size = end - start
  let left = size
  for await (const chunk of chunksOf(await file.read(start, end))) {
    left -= chunk.byteLength
    if (left < 0) throw tooLong(size)
    yield chunk
  }
  if (left > 0) throw tooShort(size - left, size)
}

function chunksOf(bytes: FileBytes): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return bytes instanceof Uint8Array ? [bytes] : bytes
}

async function collect(
  reading: AsyncIterable<Uint8Array> | Promise<FileBytes>,
  size: number,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of readRange({ size, read: () => reading }, 0, size)) parts.push(part)
  return joinBytes(parts)
}

function checked(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.byteLength < size) throw tooShort(bytes.byteLength, size)
  if (bytes.byteLength > size) throw tooLong(size)
  return bytes
}

function tooLong(size: number): Error {
  return new Error(
    `SourceFiles: a file has more than the ${size} bytes that were read. Check that read(start, end) gives no more.`,
  )
}

function checkState({ size, etag, mtimeMs, read }: SourceFile): void {
  const where = 'SourceFiles'
  const isSize = Number.isSafeInteger(size) && size >= 0
  check(where, isSize, 'the size of a file must be a number of bytes', size, 'Mend the source')
  const isTag = etag === undefined || ETAG.test(etag)
  check(where, isTag, 'the etag of a file must be strong and in quotes', etag, 'Write \'"7"\'')
  const isTime = mtimeMs === undefined || Number.isFinite(mtimeMs)
  check(where, isTime, 'the mtimeMs of a file must be milliseconds', mtimeMs, 'Omit it if unknown')
  const fix = 'Write read(start, end)'
  check(where, typeof read === 'function', 'a file must have a method read', read, fix)
}
