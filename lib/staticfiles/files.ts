/** The files of some directories, with a cache between requests. */
import type { Stats } from 'node:fs'
import { HTTPException } from '../exceptions.ts'
import type { Coding } from '../http/codings.ts'
import { contentTag, etagOf, type FileStat } from '../responses/file/answer.ts'
import { isGenerated } from '../responses/file/disk.ts'
import type { HeaderList } from '../types.ts'
import { ByteCache } from './bytecache.ts'
import { SUFFIXES } from './codings.ts'
import type { Directories, FileWithStats, FoundPath } from './directories.ts'
import {
  type Attachment,
  type CacheControl,
  cacheControlOf,
  fieldsOf,
  withState,
} from './fields.ts'
import { type Content, contentOf, readOrHash } from './state.ts'

/** A file in the state in which it was last read. */
export interface KnownFile extends FoundPath {
  /** Size and time for responses. In procfs a file may have more bytes than `stats.size`. */
  readonly state: FileStat
  /** The requested name; for a compressed form, that of the plain file. */
  readonly name: string
  /** Fields that do not depend on its state. Copy them before you change them. */
  readonly fields: HeaderList
  /** All fields of a response with the whole file. Copy them before you change them. */
  readonly headers: HeaderList
  /** The coding, if it is a compressed form. */
  readonly coding: Coding | undefined
  /** For the file itself, not for the page for missing files. */
  readonly cacheControl: string | undefined
}

export interface FilesOptions {
  readonly cacheControl: CacheControl
  readonly attachment?: Attachment
  /** Whether the response depends on the codings that the client accepts. */
  readonly varies: boolean
  /** Maximum bytes of the cache; 0 keeps nothing. */
  readonly maxBytes: number
  /** Maximum bytes of a file whose content is kept. */
  readonly maxFileBytes: number
}

interface CachedFile extends KnownFile {
  /** The key of its entry. A file has one entry for each coding. */
  readonly key: string
  content?: Uint8Array | undefined
  reading?: Promise<Uint8Array | undefined> | undefined
}

/** A file that is open for sending. The caller closes it. */
interface OpenedFile extends FileWithStats {
  /** The fields of its current state: the cached ones, or new ones if it has changed. */
  readonly headers: HeaderList
}

/** The approximate overhead of an entry. */
const ENTRY_BYTES = 1024

/** A file that has just changed may change again with the same time: some file systems have coarse clocks. */
const SETTLED_MS = 2000

export class Files {
  readonly #directories: Directories
  readonly #options: FilesOptions
  readonly #cache: ByteCache<CachedFile>
  /** Pending descriptions, shared by all requests for a file that is read for the first time. */
  readonly #described = new Map<string, Promise<CachedFile | undefined>>()

  constructor(directories: Directories, options: FilesOptions) {
    this.#directories = directories
    this.#options = options
    this.#cache = new ByteCache(options.maxBytes)
  }

  /** Returns the file of this name in its current state. It needs one `stat` if nothing has changed. */
  look(name: string): Promise<KnownFile | 'directory' | undefined> {
    return this.#look(name)
  }

  /** Returns the compressed form of a file, which must be in the same directory. */
  async lookBeside({ name, directory }: KnownFile, coding: Coding): Promise<KnownFile | undefined> {
    const found = await this.#look(name, coding, [directory])
    return found === 'directory' ? undefined : found
  }

  async #look(
    name: string,
    coding?: Coding,
    among?: readonly string[],
  ): Promise<KnownFile | 'directory' | undefined> {
    let known: CachedFile | undefined
    const isKnown = (found: FoundPath): boolean => {
      known = this.#recall(found, name, coding)
      return known !== undefined
    }
    const fullName = coding === undefined ? name : name + SUFFIXES[coding]
    const found = await this.#directories.find(fullName, isKnown, among)
    if (known !== undefined || found === undefined) return known
    if (found.stats.isDirectory()) return 'directory'
    return found.stats.isFile() ? this.#describe(found, name, coding) : undefined
  }

  /** Returns the cached entry of this file, unless the file has changed since. */
  #recall(
    { path, stats }: FoundPath,
    name: string,
    coding: Coding | undefined,
  ): CachedFile | undefined {
    const kept = this.#cache.get(keyOf(path, coding))
    // A file has two names if one of the directories is inside another.
    return kept !== undefined && kept.name === name && isSame(kept.stats, stats) ? kept : undefined
  }

  async #describe(
    found: FoundPath,
    name: string,
    coding: Coding | undefined,
  ): Promise<KnownFile | undefined> {
    // Another request may have described it while this one looked at symbolic links.
    const kept = this.#recall(found, name, coding)
    if (kept !== undefined) return kept
    const key = `${name} ${keyOf(found.path, coding)}`
    const before = await this.#described.get(key)?.catch(() => undefined)
    if (before !== undefined && isSame(before.stats, found.stats)) return before
    const describing = this.#open(found, name, coding)
    this.#described.set(key, describing)
    try {
      return await describing
    } finally {
      if (this.#described.get(key) === describing) this.#described.delete(key)
    }
  }

  /** Describes the file that was opened, which may differ from the file that was found. */
  async #open(
    found: FoundPath,
    name: string,
    coding: Coding | undefined,
  ): Promise<CachedFile | undefined> {
    const opened = await this.#directories.open(found)
    if (opened === undefined) return undefined
    const { file, stats } = opened
    try {
      if (!stats.isFile()) return undefined
      const content = await this.#contentFor(opened)
      const state = { size: content?.size ?? stats.size, mtimeMs: stats.mtimeMs }
      const tag = content === undefined ? etagOf(state) : contentTag(content.hash)
      const fields = fieldsOf(name, coding, this.#options)
      const kept: CachedFile = {
        ...{ directory: found.directory, path: found.path, stats, state, coding, name, fields },
        key: keyOf(found.path, coding),
        headers: withState(fields, state, tag, coding),
        cacheControl: cacheControlOf(this.#options.cacheControl, name),
        content: content?.bytes,
      }
      this.#keep(kept)
      return kept
    } finally {
      await file.close()
    }
  }

  /** Returns undefined for large files, and for a file that becomes shorter while it is read. */
  async #contentFor({ file, stats }: FileWithStats): Promise<Content | undefined> {
    const { size } = stats
    if (isGenerated(stats)) return contentOf(await file.hidden())
    if (!this.#isTagged(size)) return undefined
    return readOrHash(file, size).catch(() => undefined)
  }

  /** The content of a file that has just changed, or of a file in procfs, is used for this request only. */
  #keep(file: CachedFile): void {
    if (file.state.size !== file.stats.size) return
    if (file.content === undefined) this.#cache.set(file.key, file, ENTRY_BYTES)
    else if (isSettled(file.stats)) this.#cache.set(file.key, file, sizeOf(file))
  }

  /**
   * Whether the tag is the hash of the content. Times do not always distinguish builds: many tools give
   * all files the same time, for reproducible builds.
   */
  #isTagged(size: number): boolean {
    const { maxBytes, maxFileBytes } = this.#options
    return size <= Math.min(maxFileBytes, maxBytes - ENTRY_BYTES)
  }

  /**
   * Opens a file to send it from the disk. Returns undefined if it is missing, or no longer inside.
   *
   * @throws HTTPException 403 if permission is denied.
   */
  async openToSend(known: KnownFile): Promise<OpenedFile | undefined> {
    const isKnown = (stats: Stats): boolean => isSame(known.stats, stats)
    const opened = await this.#directories.open(known, isKnown)
    if (opened === undefined || isKnown(opened.stats)) {
      return opened && { ...opened, headers: known.headers }
    }
    if (!opened.stats.isFile()) {
      await opened.file.close()
      return undefined
    }
    const { fields, coding } = known
    return { ...opened, headers: withState(fields, opened.stats, etagOf(opened.stats), coding) }
  }

  /**
   * Returns the content of a file that is small enough to be cached; undefined for other files.
   *
   * Simultaneous requests share one read.
   *
   * @throws HTTPException 404 if the file is missing.
   */
  contentOf(file: KnownFile): Uint8Array | Promise<Uint8Array | undefined> | undefined {
    // The cast is safe because only this class creates known files.
    const kept = file as CachedFile
    if (kept.content !== undefined) return kept.content
    if (kept.reading !== undefined) return kept.reading
    if (!this.#mayRead(kept.stats)) return undefined
    kept.reading = this.#read(kept)
    return kept.reading
  }

  /** Whether a large file may be read into memory. Smaller ones were read when they were described. */
  #mayRead(stats: Stats): boolean {
    if (!this.#isTagged(stats.size) || !isSettled(stats)) return false
    return stats.size <= this.#options.maxBytes - ENTRY_BYTES - this.#cache.bytes
  }

  async #read(file: CachedFile): Promise<Uint8Array | undefined> {
    // The space is reserved first, because simultaneous reads must not use the same space.
    this.#cache.set(file.key, file, ENTRY_BYTES + file.stats.size)
    try {
      file.content = await this.#readSame(file)
      return file.content
    } finally {
      file.reading = undefined
      if (file.content === undefined) this.#cache.delete(file.key)
    }
  }

  /** Returns undefined if the file has changed since it was described. */
  async #readSame(known: KnownFile): Promise<Uint8Array | undefined> {
    const isKnown = (stats: Stats): boolean => isSame(known.stats, stats)
    const opened = await this.#directories.open(known, isKnown)
    if (opened === undefined) throw new HTTPException(404)
    const { file, stats } = opened
    try {
      if (!isKnown(stats)) return undefined
      file.begin([{ start: 0, end: stats.size }])
      return await file.next(stats.size)
    } finally {
      await file.close()
    }
  }
}

function isSettled({ mtimeMs }: Stats): boolean {
  return Math.abs(Date.now() - mtimeMs) > SETTLED_MS
}

function sizeOf({ content }: CachedFile): number {
  return ENTRY_BYTES + (content?.byteLength ?? 0)
}

function keyOf(path: string, coding: Coding | undefined): string {
  return coding === undefined ? path : `${coding} ${path}`
}

function isSame(one: Stats, other: Stats): boolean {
  return (
    one.mtimeMs === other.mtimeMs &&
    one.ctimeMs === other.ctimeMs &&
    one.size === other.size &&
    one.ino === other.ino &&
    one.dev === other.dev
  )
}
