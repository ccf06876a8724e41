/** Finds files in directories, in search order. */
import { type Stats, stat, statSync } from 'node:fs'
import { lstat, readlink, realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HTTPException } from '../exceptions.ts'
import { DiskFile } from '../responses/file/disk.ts'
import { shareCalls } from './singleflight.ts'

/** A file or directory that was found. */
export interface FoundPath {
  /** The directory that it was found in. */
  readonly directory: string
  /** The absolute path. */
  readonly path: string
  readonly stats: Stats
}

/** An open file with its state at that time. The caller closes it. */
export interface FileWithStats {
  readonly file: DiskFile
  readonly stats: Stats
}

interface DirectoriesOptions {
  readonly checkDir: boolean
  readonly followSymlink: boolean
}

export class Directories {
  /** Absolute, in search order. */
  readonly paths: readonly string[]
  readonly #followSymlink: boolean
  /** Simultaneous requests for one file share a `stat` that begins after all of them. */
  readonly #statsOf = shareCalls(statsOf)
  #checked = false

  /** @throws TypeError if the list is empty, or one of them is not a directory. */
  constructor(
    given: string | URL | readonly (string | URL)[],
    { checkDir, followSymlink }: DirectoriesOptions,
  ) {
    const list = typeof given === 'string' || given instanceof URL ? [given] : given
    if (!Array.isArray(list) || list.length === 0) throw badDirectory(given)
    this.paths = list.map(toPath)
    this.#followSymlink = followSymlink
    if (!checkDir) return
    for (const path of this.paths) assertDirectory(path, statSync(path, { throwIfNoEntry: false }))
  }

  /**
   * Returns the file or directory of this name, from the first directory that has one.
   *
   * The target of a symbolic link must be inside the directory, and a name must have the same spelling as
   * on the disk. Both checks are skipped if links are followed.
   *
   * @param isKnown Whether the same file was found inside before. Then one `stat` is enough.
   * @param among The directories to search (all).
   * @throws HTTPException 403 if permission is denied.
   * @throws TypeError at first use, if a directory does not exist.
   */
  async find(
    name: string,
    isKnown: (found: FoundPath) => boolean,
    among: readonly string[] = this.paths,
  ): Promise<FoundPath | undefined> {
    if (!this.#checked) await this.#check()
    for (const directory of among) {
      const path = name === '' ? directory : `${withSlash(directory, '/')}${name}`
      const stats = await this.#statsOf(path)
      if (stats === undefined) continue
      const found = { directory, path, stats }
      if (isKnown(found) || this.#followSymlink || (await isInside(directory, name, path))) {
        return found
      }
    }
    return undefined
  }

  /**
   * Opens a file that was found. Returns undefined if the open file is not inside its directory, because
   * the path may have changed. All later steps use the open file, never its path.
   *
   * @param isKnown Whether the same file was found inside before.
   * @throws HTTPException 403 if permission is denied.
   */
  async open(
    { directory, path }: FoundPath,
    isKnown: (stats: Stats) => boolean = () => false,
  ): Promise<FileWithStats | undefined> {
    const file = await openFile(path)
    if (file === undefined) return undefined
    try {
      const stats = await file.stat()
      if (isKnown(stats) || this.#followSymlink || (await isOpenInside(directory, path, file))) {
        return { file, stats }
      }
    } catch (error) {
      if (!isMissing(error)) {
        await file.close()
        throw error
      }
    }
    await file.close()
    return undefined
  }

  /** Checks the directories until all exist. If one is removed later, its files count as missing. */
  async #check(): Promise<void> {
    for (const path of this.paths) assertDirectory(path, await this.#statsOf(path))
    this.#checked = true
  }
}

function toPath(given: unknown): string {
  if (given instanceof URL) return fileURLToPath(given)
  if (typeof given === 'string' && given !== '') return resolve(given)
  throw badDirectory(given)
}

function badDirectory(given: unknown): TypeError {
  const shown = typeof given === 'string' ? JSON.stringify(given) : String(given)
  return new TypeError(
    `StaticFiles: the directory must be a path, a file URL, or a list of them, ${shown === '' ? 'an empty list' : shown} was given. Write { directory: 'public' }.`,
  )
}

function assertDirectory(path: string, stats: Stats | undefined): void {
  if (stats === undefined) {
    throw new TypeError(
      `StaticFiles: the directory does not exist, ${JSON.stringify(path)} was given. Create it first, or pass checkDir: false if it is created before the first request.`,
    )
  }
  if (!stats.isDirectory()) {
    throw new TypeError(
      `StaticFiles: the path is not a directory, ${JSON.stringify(path)} was given. Use FileResponse for a single file.`,
    )
  }
}

/** The name does not exist, is invalid, or is a link to itself. */
const MISSING_CODES: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'])

/** Whether an error of the file system means "not found". */
function isMissing(error: unknown): boolean {
  return MISSING_CODES.has((error as NodeJS.ErrnoException).code)
}

/** The callback form takes half the time of the promise form, and every request needs it. */
function statsOf(path: string): Promise<Stats | undefined> {
  return new Promise((resolve, reject) => {
    stat(path, (error, stats) => {
      if (error === null) resolve(stats)
      else if (isMissing(error)) resolve(undefined)
      else reject(asHTTPException(error))
    })
  })
}

/** Files that the process is not allowed to read get 403, not 404 (ST-9). Other errors are bugs. */
export function asHTTPException(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'EACCES' && code !== 'EPERM') return error
  return new HTTPException(403, undefined, { cause: error })
}

/** Both paths are resolved each time, because a deployment may replace the directory by a link. */
async function isInside(directory: string, name: string, path: string): Promise<boolean> {
  try {
    const [root, real] = await Promise.all([realpath(directory), realpath(path)])
    return isBelow(root, real, name)
  } catch (error) {
    if (isMissing(error)) return false
    throw asHTTPException(error)
  }
}

function isBelow(root: string, real: string, name: string): boolean {
  if (real === root) return true
  const inside = withSlash(root, sep)
  return real.startsWith(inside) && !isMisspelled(name, real.slice(inside.length))
}

async function openFile(path: string): Promise<DiskFile | undefined> {
  try {
    return await DiskFile.open(path)
  } catch (error) {
    const { cause = error } = error as Error
    if (isMissing(cause)) return undefined
    throw asHTTPException(cause)
  }
}

/**
 * Whether the open file is inside the directory. Linux provides the current path of an open file. On other
 * systems the path is resolved once more, and must lead to the same file.
 */
async function isOpenInside(directory: string, path: string, file: DiskFile): Promise<boolean> {
  const name = path.slice(withSlash(directory, '/').length)
  const root = await realpath(directory)
  const opened = await readlink(`/proc/self/fd/${file.descriptor}`).catch(() => undefined)
  if (opened !== undefined) return isBelow(root, opened, name)
  const real = await realpath(path)
  const [there, here] = await Promise.all([lstat(real), file.stat()])
  return isBelow(root, real, name) && there.ino === here.ino && there.dev === here.dev
}

/**
 * Whether two names differ only in case, or in the form of an accent. Some file systems ignore this, but
 * guards do not: for them `/ADMIN` is not `/admin`. A link whose target differs in this way is refused too.
 */
function isMisspelled(name: string, real: string): boolean {
  const spelled = real.replaceAll(sep, '/')
  return spelled !== name && fold(spelled) === fold(name)
}

function fold(name: string): string {
  return name.normalize().toLowerCase()
}

/** Adds a slash, unless the directory is the root of a file system, which has one already. */
function withSlash(directory: string, slash: string): string {
  return directory.endsWith(slash) ? directory : directory + slash
}
