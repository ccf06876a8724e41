/** The options of static files, and their checks. */

import type { Coding } from '../http/codings.ts'
import { assertHeader } from '../http/headers.ts'
import { check, invalid, outOfRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { SUFFIXES } from './codings.ts'
import type { FilesOptions } from './files.ts'
import { type DotNames, servableName } from './names.ts'

export interface StaticFilesOptions {
  /** Paths or file URLs of directories; if several have a file, the first one is used. */
  directory: string | URL | readonly (string | URL)[]
  /** Serve `index.html` for its directory, and `404.html` for missing files (false). */
  html?: boolean
  /**
   * Extensions that URLs may omit: with `['html']`, `/about` is `about.html` if there is no file or
   * index of that name. The first that exists is used (none).
   */
  extensions?: readonly string[]
  /** File for missing paths, with status 200: the page of a single-page application (unset). */
  fallback?: string
  /** Serve `a.js.br`, `.zst` or `.gz` for `a.js` if the client accepts the coding: all, or a list (false). */
  precompressed?: boolean | readonly Coding[]
  /** The `Cache-Control` of all files, or a function that returns it for a file's name (unset). */
  cacheControl?: string | ((name: string) => string | undefined)
  /** Browsers save files instead of showing them, which is safer for uploads: all, or by name (false). */
  attachment?: boolean | ((name: string) => boolean)
  /** Serve names that begin with a dot: all, or a list such as `['.well-known']` (false). */
  dotfiles?: boolean | readonly string[]
  /** Serve targets of symbolic links outside of the directory (false). */
  followSymlink?: boolean
  /** Whether a missing directory is an error at once, not at the first request (true). */
  checkDir?: boolean
  /** The limits of the cache in memory, or false for no cache ({}). */
  cache?: false | CacheOptions
}

export interface CacheOptions {
  /** Maximum bytes of all files together (16 MiB). */
  maxBytes?: number
  /**
   * Maximum bytes of one file; larger files are read each time (1 MiB). Files above 256 KiB are cached only
   * if there is space, and no other files are removed for them.
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

/** Sending such a file takes 240 µs of processor time from memory, and more than 1,000 from the disk. */
const MAX_FILE_BYTES = MIB

/** @throws TypeError if an option is invalid, RangeError for a size. */
export function readOptions(options: Partial<StaticFilesOptions>, where = 'StaticFiles'): Settings {
  const { html = false, followSymlink = false, checkDir = true, fallback, cacheControl } = options
  const codings = readCodings(where, options.precompressed ?? false)
  checkCacheControl(where, cacheControl)
  const { attachment = false } = options
  checkAttachment(where, attachment)
  checkFallback(where, fallback)
  const cache = options.cache === false ? { maxBytes: 0 } : options.cache
  if (cache !== undefined) knownOptions(`${where}: cache`, cache, 'maxBytes maxFileBytes')
  return {
    ...{ html, followSymlink, checkDir, fallback, cacheControl, codings, attachment },
    extensions: readExtensions(where, options.extensions ?? []),
    dotNames: readDotNames(where, options.dotfiles ?? false),
    varies: codings.length > 0,
    maxBytes: readSize(where, 'maxBytes', cache?.maxBytes ?? 16 * MIB),
    maxFileBytes: readSize(where, 'maxFileBytes', cache?.maxFileBytes ?? MAX_FILE_BYTES),
  }
}

const CODINGS: readonly unknown[] = Object.keys(SUFFIXES)

function readCodings(where: string, given: unknown): readonly Coding[] {
  if (given === false) return []
  const list = given === true ? CODINGS : given
  const isList = Array.isArray(list) && list.every((coding) => CODINGS.includes(coding))
  const what = 'precompressed must be true, false or a list of "br", "zstd" and "gzip"'
  check(where, isList, what, given, 'Leave it out for the default')
  return list
}

function readExtensions(where: string, given: unknown): readonly string[] {
  if (Array.isArray(given) && given.every(isExtension)) return given
  const what = 'extensions must be a list of extensions without their dot, such as ["html"]'
  throw invalid(where, what, given, 'Leave it out for the default')
}

function isExtension(given: unknown): boolean {
  return typeof given === 'string' && /^[^./\\][^/\\]*$/.test(given) && isFileName(`name.${given}`)
}

function readDotNames(where: string, given: unknown): DotNames {
  if (typeof given === 'boolean') return given
  if (Array.isArray(given) && given.every((name) => /^\.[^/\\]*$/.test(String(name)))) {
    return new Set(given)
  }
  const what = 'dotfiles must be true, false or a list of names such as ".well-known"'
  throw invalid(where, what, given, 'Leave it out for the default')
}

function checkCacheControl(where: string, given: unknown): void {
  const isFit = ['undefined', 'string', 'function'].includes(typeof given)
  const what = 'cacheControl must be a text such as "max-age=3600" or a function'
  check(where, isFit, what, given, 'Leave it out for the default')
  if (typeof given === 'string') assertHeader('cache-control', given)
}

function checkAttachment(where: string, given: unknown): void {
  const isFit = typeof given === 'boolean' || typeof given === 'function'
  const fix = "Write (name) => name.startsWith('uploads/')"
  check(where, isFit, 'attachment must be a boolean or a function', given, fix)
}

function checkFallback(where: string, given: unknown): void {
  const isName = given === undefined || (typeof given === 'string' && isFileName(given))
  const what = 'fallback must be the name of a file in the directory, such as "index.html"'
  check(where, isName, what, given, 'Leave it out for the default')
}

function isFileName(given: string): boolean {
  return given !== '' && servableName(`/${given}`, '', true) === given
}

function readSize(where: string, option: string, given: unknown): number {
  if (typeof given === 'number' && given >= 0) return given
  const what = `cache.${option} must be a number of bytes`
  throw outOfRange(where, what, given, 'Use cache: false to keep nothing')
}
