/** The files of some directories, with what is cached of them between requests. */
import type { Stats } from 'node:fs'
import { HTTPException } from '../exceptions.ts'
import type { Coding } from '../http/codings.ts'
import { assertHeader } from '../http/headers.ts'
import { mediaTypeOf } from '../http/mimetypes.ts'
import { contentTag, etagOf, type FileStat } from '../responses/file/answer.ts'
import { isGenerated } from '../responses/file/disk.ts'
import { contentType } from '../responses/response.ts'
import type { HeaderList } from '../types.ts'
import { SUFFIXES } from './codings.ts'
import type { Directories, FoundPath, Opened } from './directories.ts'
import { Shelf } from './lru.ts'
import { type Content, contentOf, readOrHash, withState } from './state.ts'

/** A file as it was when it was last looked at. */
export interface KnownFile extends FoundPath {
  /** Size and time, as they are answered with: more than it says of itself if it is of procfs. */
  readonly state: FileStat
  /** The requested name; for a compressed form, that of the plain file. */
  readonly name: string
  /** Fields that are sent in any state; copy them. */
  readonly fields: HeaderList
  /** The same with those of its state, for a response with the whole file; copy them. */
  readonly headers: HeaderList
  /** The coding, if it is a compressed form. */
  readonly coding: Coding | undefined
  /** For the file itself, not for the page for missing files. */
  readonly cacheControl: string | undefined
}

export interface FilesOptions {
  readonly cacheControl: string | ((name: string) => string | undefined) | undefined
  /** Whether the response depends on the codings that the client accepts. */
  readonly varies: boolean
  /** Maximum bytes of the cache; 0 keeps nothing. */
  readonly maxBytes: number
  /** Maximum bytes of a file whose content is kept. */
  readonly maxFileBytes: number
}

interface Kept extends KnownFile {
  /** A file has an entry for each form that it is sent in. */
  readonly key: string
  content?: Uint8Array | undefined
  reading?: Promise<Uint8Array | undefined> | undefined
}

/** A file that was opened to be sent. The caller closes it. */
export interface OpenedFile extends Opened {
  /** The fields of its state: the known ones, or new ones if it has changed. */
  readonly headers: HeaderList
}

/** The approximate overhead of an entry. */
const ENTRY_BYTES = 1024

/** A file that has just changed may change again unnoticed: some file systems have coarse clocks. */
const SETTLED_MS = 2000

export class Files {
  readonly #directories: Directories
  readonly #options: FilesOptions
  readonly #shelf: Shelf<Kept>
  /** Pending descriptions, shared by all requests for a file that is read for the first time. */
  readonly #described = new Map<string, Promise<Kept | undefined>>()

  constructor(directories: Directories, options: FilesOptions) {
    this.#directories = directories
    this.#options = options
    this.#shelf = new Shelf(options.maxBytes)
  }

  /** The file of this name in its current state; one `stat` if nothing has changed. */
  look(name: string): Promise<KnownFile | 'directory' | undefined> {
    return this.#look(name)
  }

  /** The compressed form of a file, which must be in the same directory. */
  async lookBeside({ name, directory }: KnownFile, coding: Coding): Promise<KnownFile | undefined> {
    const found = await this.#look(name, coding, [directory])
    return found === 'directory' ? undefined : found
  }

  async #look(
    name: string,
    coding?: Coding,
    among?: readonly string[],
  ): Promise<KnownFile | 'directory' | undefined> {
    let known: Kept | undefined
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

  /** What is kept of this file, unless it has changed since. */
  #recall({ path, stats }: FoundPath, name: string, coding: Coding | undefined): Kept | undefined {
    const kept = this.#shelf.get(keyOf(path, coding))
    // A file has two names if one of the directories is inside another.
    return kept !== undefined && kept.name === name && isSame(kept.stats, stats) ? kept : undefined
  }

  async #describe(
    found: FoundPath,
    name: string,
    coding: Coding | undefined,
  ): Promise<KnownFile | undefined> {
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

  /** What is said of a file is said of what was opened, not of what was found. */
  async #open(
    found: FoundPath,
    name: string,
    coding: Coding | undefined,
  ): Promise<Kept | undefined> {
    const opened = await this.#directories.open(found)
    if (opened === undefined) return undefined
    const { file, stats } = opened
    try {
      if (!stats.isFile()) return undefined
      const content = await this.#contentFor(opened)
      const state = { size: content?.size ?? stats.size, mtimeMs: stats.mtimeMs }
      const tag = content === undefined ? etagOf(state) : contentTag(content.hash)
      const fields = this.#fieldsOf(name, coding)
      const kept: Kept = {
        ...{ directory: found.directory, path: found.path, stats, state, coding, name, fields },
        key: keyOf(found.path, coding),
        headers: withState(fields, state, tag, coding),
        cacheControl: this.#cacheControlOf(name),
        content: content?.bytes,
      }
      this.#keep(kept)
      return kept
    } finally {
      await file.close()
    }
  }

  /** Undefined if it is not read: large files, and one that becomes shorter while it is read. */
  async #contentFor({ file, stats }: Opened): Promise<Content | undefined> {
    const { size } = stats
    if (isGenerated(stats)) return contentOf(await file.hidden())
    if (!this.#isTagged(size)) return undefined
    return readOrHash(file, size).catch(() => undefined)
  }

  /** The content of a file that has just changed, or is of procfs, is used for this request only. */
  #keep(file: Kept): void {
    if (file.state.size !== file.stats.size) return
    if (file.content === undefined) this.#shelf.set(file.key, file, ENTRY_BYTES)
    else if (isSettled(file.stats)) this.#shelf.set(file.key, file, sizeOf(file))
  }

  /**
   * Whether the tag is made of the content. Times distinguish builds only if they are real: many tools
   * give all files the same time, for reproducible builds.
   */
  #isTagged(size: number): boolean {
    const { maxBytes, maxFileBytes } = this.#options
    return size <= Math.min(maxFileBytes, maxBytes - ENTRY_BYTES)
  }

  /**
   * Opens a file to send it from the disk; undefined if it is gone, or no longer inside.
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

  #fieldsOf(name: string, coding: Coding | undefined): HeaderList {
    const type = contentType(mediaTypeOf(name) ?? 'application/octet-stream', 'utf-8')
    const fields = ['content-type', type, 'accept-ranges', 'bytes']
    if (coding !== undefined) fields.push('content-encoding', coding)
    if (this.#options.varies) fields.push('vary', 'Accept-Encoding')
    return fields
  }

  #cacheControlOf(name: string): string | undefined {
    const { cacheControl } = this.#options
    const value = typeof cacheControl === 'function' ? cacheControl(name) : cacheControl
    if (value !== undefined) assertHeader('cache-control', value)
    return value
  }

  /**
   * The content of a file that is small enough to be kept; undefined for others.
   *
   * Simultaneous requests share one read.
   *
   * @throws HTTPException 404 if the file is gone.
   */
  contentOf(file: KnownFile): Uint8Array | Promise<Uint8Array | undefined> | undefined {
    // There are no others: this class creates them.
    const kept = file as Kept
    if (kept.content !== undefined) return kept.content
    if (kept.reading !== undefined) return kept.reading
    if (!this.#mayRead(kept.stats)) return undefined
    kept.reading = this.#read(kept)
    return kept.reading
  }

  /** Only for large ones: the others have been read when they were described. */
  #mayRead(stats: Stats): boolean {
    if (!this.#isTagged(stats.size) || !isSettled(stats)) return false
    return stats.size <= this.#options.maxBytes - ENTRY_BYTES - this.#shelf.bytes
  }

  async #read(file: Kept): Promise<Uint8Array | undefined> {
    // The room is reserved first, so that simultaneous reads do not count on the same room.
    this.#shelf.set(file.key, file, ENTRY_BYTES + file.stats.size)
    try {
      file.content = await this.#readSame(file)
      return file.content
    } finally {
      file.reading = undefined
      if (file.content === undefined) this.#shelf.delete(file.key)
    }
  }

  /** Undefined if the file has changed since it was described. */
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

function sizeOf({ content }: Kept): number {
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
