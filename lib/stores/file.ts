/** A store in files of one directory. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { check, checkLimits, outOfRange } from '../internal/checks.ts'
import { sha256 } from '../internal/digests.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { Locks } from '../internal/locks.ts'
import { Entries } from './entries.ts'
import { keptStore, type Place } from './kept.ts'
import { keyOf } from './sealed.ts'
import type { Store } from './store.ts'

export interface FileStoreOptions {
  /** The directory of the files, which only this store may use. It is created if it is missing. */
  directory: string | URL
  /** Maximum number of values (100,000); the least recently used one is deleted first. */
  maxEntries?: number
  /** Maximum bytes of the files together (1 GB); the least recently used one is deleted first. */
  maxSize?: number
}

/**
 * Keeps values in files, so they survive a restart: for servers of a single process.
 *
 * Each value is written to a temporary file, synced and renamed, so a crash leaves the old value or the new
 * one. A damaged file is treated as missing. Names are the SHA-256 of the keys. The files contain keys and
 * values unencrypted, readable by this user only. Expired files are deleted when they are read, and at most
 * two with each write, so there are no timers.
 *
 * If the disk fails, operations reject with `StoreUnavailable`, with the error as its cause. `increment()`
 * and `setIfAbsent()` are atomic within this process: several processes need `redisStore` or `postgresStore`.
 *
 * @throws TypeError if there is no directory, RangeError if a limit is not a number greater than 0.
 * @example
 * import { mkdtempSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 *
 * const store = fileStore({ directory: mkdtempSync(`${tmpdir()}/sessions-`) })
 * await store.set('a', new TextEncoder().encode('1'), 60)
 */
export function fileStore(options: FileStoreOptions): Store {
  const where = 'fileStore'
  knownOptions(where, options, 'directory maxEntries maxSize')
  const { directory, maxEntries = 100_000, maxSize = 1_000_000_000 } = options
  const isPath = directory instanceof URL || (typeof directory === 'string' && directory !== '')
  check(where, isPath, 'directory must be a path', directory, "Write directory: '/var/lib/shop'")
  checkLimits(where, { maxEntries, maxSize })
  const folder = typeof directory === 'string' ? path.resolve(directory) : fileURLToPath(directory)
  const place = new Folder(folder, { maxEntries, maxSize })
  return keptStore(place, { where, timeoutMs: Number.POSITIVE_INFINITY })
}

interface Limits {
  readonly maxEntries: number
  readonly maxSize: number
}

/** Files by the hash of their key, with a list of them in memory. */
class Folder implements Place {
  readonly #folder: string
  readonly #maxSize: number
  /** The existing files by name, with expiry and size. */
  readonly #files: Entries<true>
  readonly #locks = new Locks()
  /** The names of files that are no longer listed, but not deleted yet. */
  readonly #dropped = new Set<string>()
  #loading: Promise<void> | undefined

  constructor(folder: string, { maxEntries, maxSize }: Limits) {
    this.#folder = folder
    this.#maxSize = maxSize
    this.#files = new Entries(maxEntries, maxSize, (name) => this.#dropped.add(name))
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    await this.#loaded()
    const name = sha256(key)
    if (this.#files.use(name) === undefined) return undefined
    return readFile(this.#pathOf(name)).catch(missing)
  }

  async write(key: string, bytes: Uint8Array, expires: number): Promise<void> {
    if (bytes.byteLength > this.#maxSize) {
      const what = `a key and its value must have at most ${this.#maxSize} bytes`
      throw outOfRange('fileStore', what, bytes.byteLength, 'Raise maxSize')
    }
    await this.#loaded()
    const name = sha256(key)
    const temporary = path.join(this.#folder, `${randomUUID()}${TEMPORARY}`)
    try {
      await writeSynced(temporary, bytes, expires)
      await this.#locks.run(name, async () => {
        await rename(temporary, this.#pathOf(name))
        this.#files.put(name, true, expires, bytes.byteLength)
      })
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {}) // the first error is the useful one
      throw error
    }
    await this.#removeDropped()
  }

  async remove(key: string): Promise<void> {
    await this.#loaded()
    await this.#drop(sha256(key))
  }

  async clear(prefix: string): Promise<void> {
    await this.#loaded()
    for (const name of [...this.#files.keys()]) {
      const bytes = prefix === '' ? undefined : await readFile(this.#pathOf(name)).catch(missing)
      const key = bytes && keyOf(bytes)
      if (prefix === '' || key?.startsWith(prefix)) await this.#drop(name)
    }
  }

  async #drop(name: string): Promise<void> {
    this.#files.delete(name)
    this.#dropped.add(name)
    await this.#removeDropped()
  }

  /** Deletes the dropped files, except those that were written again meanwhile. */
  async #removeDropped(): Promise<void> {
    const names = [...this.#dropped]
    this.#dropped.clear()
    const removing = names.map((name) =>
      this.#locks.run(name, async () => {
        if (!this.#files.has(name)) await rm(this.#pathOf(name), { force: true })
      }),
    )
    await Promise.all(removing)
  }

  /** Lists the files once. After a failure, the next call tries again. */
  #loaded(): Promise<void> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined
      throw error
    })
    return this.#loading
  }

  async #load(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#folder)
    for (const name of names.filter((each) => each.endsWith(TEMPORARY))) {
      await rm(path.join(this.#folder, name), { force: true }) // from a process that ended during a write
    }
    for (const name of names.filter((each) => NAME.test(each))) {
      const stats = await stat(this.#pathOf(name)).catch(missing)
      if (stats !== undefined) this.#files.put(name, true, expiryOf(stats.mtimeMs), stats.size)
    }
    await this.#removeDropped()
  }

  #pathOf(name: string): string {
    return path.join(this.#folder, name)
  }
}

const TEMPORARY = '.tmp'
/** A SHA-256 in base64url. */
const NAME = /^[\w-]{43}$/

/**
 * Writes a file whose mtime is the expiry, so a start need not read the files; 0 means no expiry. Some file
 * systems store whole seconds only, so the mtime is a second later: the content has the exact expiry.
 */
async function writeSynced(file: string, bytes: Uint8Array, expires: number): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(bytes)
    const time = expires > LATEST ? 0 : Math.ceil(expires / 1000) + 1
    await handle.utimes(time, time)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The latest mtime. The range of file systems ends in 2106 or later. */
const LATEST = Date.UTC(2100, 0)

function expiryOf(mtimeMs: number): number {
  return mtimeMs === 0 ? Number.POSITIVE_INFINITY : mtimeMs
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
