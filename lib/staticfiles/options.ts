/** What can be said about static files, and the check of it. */

import type { Coding } from '../http/codings.ts'
import { assertHeader } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { SUFFIXES } from './codings.ts'
import type { FilesOptions } from './files.ts'
import { type DotNames, servableName } from './names.ts'

export interface StaticFilesOptions {
  /** Where the files are, by path or file URL; of several directories the first that has it wins. */
  directory: string | URL | readonly (string | URL)[]
  /** Serve `index.html` for its directory, and `404.html` for what is missing (false). */
  html?: boolean
  /**
   * Extensions that may be left out: with `['html']`, `/about` is `about.html` if there is no file or
   * index by that name. The first that exists wins (none).
   */
  extensions?: readonly string[]
  /** The file for what is missing, with status 200: the page of a single-page application (none). */
  fallback?: string
  /** Serve `a.js.br`, `.zst` and `.gz` beside `a.js` to who takes them; all, or these (false). */
  precompressed?: boolean | readonly Coding[]
  /** The `Cache-Control` of all files, or a function that gives it by the file's name (none). */
  cacheControl?: string | ((name: string) => string | undefined)
  /** Serve names with a dot before them: all, or these, such as `.well-known` (false). */
  dotfiles?: boolean | readonly string[]
  /** Serve what symbolic links lead to outside of the directory (false). */
  followSymlink?: boolean
  /** Whether a directory that does not exist is an error at once, not at the first request (true). */
  checkDir?: boolean
  /** What is kept of files in memory, until they change; false for nothing. */
  cache?: false | CacheOptions
}

export interface CacheOptions {
  /** For all files together, in bytes (16 MiB). */
  maxBytes?: number
  /**
   * For the content of one, in bytes; larger ones are read each time (1 MiB). Above 256 KiB they are
   * kept only while there is room, and nothing else goes for them.
   */
  maxFileBytes?: number
}

/** The options with their defaults. */
export interface Settings extends FilesOptions {
  readonly html: boolean
  readonly extensions: readonly string[]
  readonly fallback: string | undefined
  readonly codings: readonly Coding[]
  readonly dotNames: DotNames
  readonly checkDir: boolean
  readonly followSymlink: boolean
}

const MIB = 1024 * 1024

/** A file of this size costs 240 µs of processor time from memory, and more than 1,000 from the disk. */
const MAX_FILE_BYTES = MIB

/** @throws TypeError, or RangeError for a size, that says what was wrong. */
export function readOptions(options: StaticFilesOptions): Settings {
  const { html = false, followSymlink = false, checkDir = true, fallback, cacheControl } = options
  const codings = readCodings(options.precompressed ?? false)
  assertCacheControl(cacheControl)
  if (fallback !== undefined) assertName(fallback)
  const cache = options.cache === false ? { maxBytes: 0 } : options.cache
  if (cache !== undefined) knownOptions('StaticFiles: cache', cache, 'maxBytes maxFileBytes')
  return {
    ...{ html, followSymlink, checkDir, fallback, cacheControl, codings },
    extensions: readExtensions(options.extensions ?? []),
    dotNames: readDotNames(options.dotfiles ?? false),
    varies: codings.length > 0,
    maxBytes: readSize('maxBytes', cache?.maxBytes ?? 16 * MIB),
    maxFileBytes: readSize('maxFileBytes', cache?.maxFileBytes ?? MAX_FILE_BYTES),
  }
}

const CODINGS: readonly unknown[] = Object.keys(SUFFIXES)

function readCodings(given: unknown): readonly Coding[] {
  if (given === false) return []
  const list = given === true ? CODINGS : given
  if (!Array.isArray(list) || !list.every((coding) => CODINGS.includes(coding))) {
    throw wrong('precompressed', 'true, false or a list of "br", "zstd" and "gzip"', given)
  }
  return list
}

function readExtensions(given: unknown): readonly string[] {
  if (Array.isArray(given) && given.every(isExtension)) return given
  throw wrong('extensions', 'a list of extensions without their dot, such as ["html"]', given)
}

function isExtension(given: unknown): boolean {
  return typeof given === 'string' && /^[^./\\][^/\\]*$/.test(given) && isFileName(`name.${given}`)
}

function readDotNames(given: unknown): DotNames {
  if (typeof given === 'boolean') return given
  if (Array.isArray(given) && given.every((name) => /^\.[^/\\]*$/.test(String(name)))) {
    return new Set(given)
  }
  throw wrong('dotfiles', 'true, false or a list of names such as ".well-known"', given)
}

function assertCacheControl(given: unknown): void {
  if (typeof given === 'string') assertHeader('cache-control', given)
  else if (given !== undefined && typeof given !== 'function') {
    throw wrong('cacheControl', 'a text such as "max-age=3600" or a function', given)
  }
}

function assertName(given: unknown): void {
  if (typeof given === 'string' && isFileName(given)) return
  throw wrong('fallback', 'the name of a file in the directory, such as "index.html"', given)
}

function isFileName(given: string): boolean {
  return given !== '' && servableName(`/${given}`, '', true) === given
}

function readSize(option: string, given: unknown): number {
  if (typeof given === 'number' && given >= 0) return given
  throw new RangeError(
    `StaticFiles: cache.${option} must be a number of bytes, ${JSON.stringify(given) ?? typeof given} was given. Pass cache: false to keep nothing.`,
  )
}

function wrong(option: string, wanted: string, given: unknown): TypeError {
  const shown = JSON.stringify(given) ?? typeof given
  return new TypeError(`StaticFiles: ${option} must be ${wanted}, ${shown} was given. Correct it.`)
}
