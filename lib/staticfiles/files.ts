/** The files of some directories, with what is kept of them between requests. */
import { Buffer } from 'node:buffer'
import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Coding } from '../contentcodings.ts'
import { HTTPException } from '../exceptions.ts'
import { assertHeader } from '../headers.ts'
import { formatHTTPDate } from '../httpdates.ts'
import { mediaTypeOf } from '../mimetypes.ts'
import { etagOf } from '../responses/file/answer.ts'
import { contentType } from '../responses/response.ts'
import type { HeaderList } from '../types.ts'
import { SUFFIXES } from './codings.ts'
import { asAnswer, type Directories, type Found, isMissing } from './directories.ts'
import { Shelf } from './shelf.ts'

/** A file as it was when it was last looked at. */
export interface KnownFile extends Found {
  /** By which it was asked for; that of a compressed form is the name of the plain one. */
  readonly name: string
  /** What is sent with it in any state; to be copied. */
  readonly fields: HeaderList
  /** The same with what tells its state, for an answer with all of it; to be copied. */
  readonly headers: HeaderList
  /** The tag of a compressed form, which is not the one that its file alone would have. */
  readonly codedTag: string | undefined
  /** Goes with the file itself, not with the page for what is missing. */
  readonly cacheControl: string | undefined
}

export interface FilesOptions {
  readonly cacheControl: string | ((name: string) => string | undefined) | undefined
  /** Whether what is sent depends on the codings that the client takes. */
  readonly varies: boolean
  /** For all that is kept, in bytes; 0 keeps nothing. */
  readonly maxBytes: number
  /** The largest file whose content is kept, in bytes. */
  readonly maxFileBytes: number
}

interface Kept extends KnownFile {
  /** The same file has an entry for each form that it is sent in. */
  readonly key: string
  content?: Uint8Array | undefined
  reading?: Promise<Uint8Array | undefined> | undefined
}

/** What an entry takes besides its content, roughly. */
const ENTRY_BYTES = 1024

/**
 * What is larger than this is kept only while there is room, and nothing goes for it. Else what had to
 * go would still be held for who is slow to take it: 400 clients that asked for 100 files of 1 MiB, and
 * took none, made it 46 MB where 16 MiB were the bound, and 18 MB so. Those without room are streamed, in
 * pieces of this size.
 */
export const MODEST_BYTES: number = 256 * 1024

/** A file that has just changed may change again without a sign: some clocks of files are coarse. */
const SETTLED_MS = 2000

export class Files {
  readonly #directories: Directories
  readonly #options: FilesOptions
  readonly #shelf: Shelf<Kept>

  constructor(directories: Directories, options: FilesOptions) {
    this.#directories = directories
    this.#options = options
    this.#shelf = new Shelf(options.maxBytes)
  }

  /** The file of this name as it is now: one look at the file system, when nothing has changed. */
  look(name: string): Promise<KnownFile | 'directory' | undefined> {
    return this.#look(name)
  }

  /** The form of a file that is compressed so; it stands beside it, and nowhere else. */
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
    const isKnown = (found: Found): boolean => {
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
  #recall({ path, stats }: Found, name: string, coding: Coding | undefined): Kept | undefined {
    const kept = this.#shelf.get(keyOf(path, coding))
    // A file has two names where one of the directories is inside another.
    return kept !== undefined && kept.name === name && isSame(kept.stats, stats) ? kept : undefined
  }

  async #describe(
    found: Found,
    name: string,
    coding: Coding | undefined,
  ): Promise<KnownFile | undefined> {
    const { path, stats } = found
    if (!(await isReadable(path))) return undefined
    // Who came meanwhile may have done this already; all wait for one reading of the content.
    const known = this.#recall(found, name, coding)
    if (known !== undefined) return known
    const codedTag = coding === undefined ? undefined : withCoding(etagOf(stats), coding)
    const fields = this.#fieldsOf(name, coding)
    const file: Kept = {
      ...found,
      key: keyOf(path, coding),
      name,
      fields,
      headers: [
        ...[...fields, 'content-length', String(stats.size)],
        ...['last-modified', formatHTTPDate(stats.mtimeMs), 'etag', codedTag ?? etagOf(stats)],
      ],
      codedTag,
      cacheControl: this.#cacheControlOf(name),
    }
    this.#shelf.set(file.key, file, ENTRY_BYTES)
    return file
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
   * It is read once, however many ask for it meanwhile.
   *
   * @throws HTTPException 404 when the file has gone by now.
   */
  contentOf(file: KnownFile): Uint8Array | Promise<Uint8Array | undefined> | undefined {
    // There are no others: this class makes them.
    const kept = file as Kept
    if (kept.content !== undefined) return kept.content
    if (kept.reading !== undefined) return kept.reading
    if (!this.#mayRead(kept.stats)) return undefined
    kept.reading = this.#read(kept)
    return kept.reading
  }

  #mayRead(stats: Stats): boolean {
    const { maxBytes, maxFileBytes } = this.#options
    if (stats.size > Math.min(maxFileBytes, maxBytes - ENTRY_BYTES)) return false
    if (stats.size <= MODEST_BYTES) return true
    return isSettled(stats) && stats.size <= maxBytes - ENTRY_BYTES - this.#shelf.bytes
  }

  async #read(file: Kept): Promise<Uint8Array | undefined> {
    const settled = isSettled(file.stats)
    // The room is taken first, so that many that are read at the same time do not count on the same.
    if (settled) this.#shelf.set(file.key, file, ENTRY_BYTES + file.stats.size)
    try {
      const content = await readSame(file)
      if (settled) file.content = content
      return content
    } finally {
      file.reading = undefined
      if (settled && file.content === undefined) this.#shelf.delete(file.key)
    }
  }
}

function isSettled({ mtimeMs }: Stats): boolean {
  return Math.abs(Date.now() - mtimeMs) > SETTLED_MS
}

/** A file that can be seen need not be one that can be read; false when it has gone. */
async function isReadable(path: string): Promise<boolean> {
  try {
    await (await open(path)).close()
    return true
  } catch (error) {
    if (isMissing(error)) return false
    throw asAnswer(error)
  }
}

/** One tag for each form, whatever their sizes and times are (RFC 9110 section 8.8.3.3). */
function withCoding(etag: string, coding: Coding): string {
  return `${etag.slice(0, -1)}-${coding}"`
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

/** Undefined when the file is not any more what it was when it was looked at. */
async function readSame({ path, stats }: KnownFile): Promise<Uint8Array | undefined> {
  const handle = await open(path).catch((error) => {
    throw isMissing(error) ? new HTTPException(404) : asAnswer(error)
  })
  try {
    if (!isSame(stats, await handle.stat())) return undefined
    // No part of a larger buffer, which would be kept with it.
    const content = Buffer.allocUnsafeSlow(stats.size)
    let filled = 0
    while (filled < stats.size) {
      const { bytesRead } = await handle.read(content, filled, stats.size - filled, filled)
      if (bytesRead === 0) return undefined
      filled += bytesRead
    }
    return content
  } finally {
    await handle.close()
  }
}
