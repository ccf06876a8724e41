/** URLs that change with the content of their file, so browsers may cache it permanently. */
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodePath } from '../http/urls.ts'
import { check, invalid } from '../internal/checks.ts'
import { sha256 } from '../internal/digests.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { VERSION_LENGTH } from './answers.ts'

export interface FileVersionsOptions {
  /** The prefix of each URL, such as the path of the mount (''). */
  prefix?: string
  /** Check at each call whether the file has changed, for development (false). */
  reload?: boolean
}

interface Version {
  readonly changed: number
  readonly query: string
}

/**
 * Returns a function that returns the URL of a file, with a hash of its content: `app.css?v=1f3870beQm_Z`.
 *
 * `StaticFiles` sends `Cache-Control: max-age=31536000, immutable` for such a URL if the version is that
 * of the content, the file is cached in memory, and `cacheControl` sets no value for it.
 *
 * The first call for a name reads the whole file synchronously.
 *
 * @throws TypeError if an option is invalid; when called, if a name leads out of the directory or the file
 * is missing.
 * @example
 * const asset = fileVersions(new URL('.', import.meta.url), { prefix: '/static/' })
 * const name = new URL(import.meta.url).pathname.split('/').at(-1) ?? ''
 * console.log(asset(name)) // /static/app.js?v=1f3870beQm_Z
 */
export function fileVersions(
  directory: string | URL,
  options: FileVersionsOptions = {},
): (name: string) => string {
  knownOptions('fileVersions', options, 'prefix reload')
  const isPath = typeof directory === 'string' || directory instanceof URL
  check('fileVersions', isPath, 'the directory must be a path', directory, "Write './public'")
  const { prefix = '', reload = false } = options
  check(
    'fileVersions',
    typeof prefix === 'string',
    'prefix must be text',
    prefix,
    "Write '/static/'",
  )
  const root = path.resolve(directory instanceof URL ? fileURLToPath(directory) : directory)
  const known = new Map<string, Version>()
  return (name) => {
    const before = known.get(name)
    const version = before === undefined || reload ? versionOf(root, name, before) : before
    known.set(name, version)
    return `${prefix}${encodePath(name)}?v=${version.query}`
  }
}

function versionOf(root: string, name: string, before: Version | undefined): Version {
  const file = path.resolve(root, name)
  const isInside = typeof name === 'string' && file.startsWith(root + path.sep)
  check('fileVersions', isInside, 'a name must be in the directory', name, "Write 'css/app.css'")
  try {
    const changed = statSync(file).mtimeMs
    if (changed === before?.changed) return before
    return { changed, query: sha256(readFileSync(file)).slice(0, VERSION_LENGTH) }
  } catch {
    throw invalid('fileVersions', 'a name must be that of a file', name, 'Check the directory')
  }
}
