/** URLs that change with the content of their file, so that browsers may keep it for ever. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodePath } from '../http/urls.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, wrong } from '../internal/must.ts'

export interface FileVersionsOptions {
  /** What stands before each name, such as the path of the mount (''). */
  prefix?: string
  /** Look at each call whether the file has changed, for development (false). */
  reload?: boolean
}

interface Version {
  readonly changed: number
  readonly query: string
}

/**
 * Gives the URLs of the files of a directory, with a hash of their content: `app.css?v=1f3870be`. Serve the
 * files with `cacheControl: 'max-age=31536000, immutable'`.
 *
 * A file is read, in one go, when its URL is first asked for.
 *
 * @throws TypeError if an option is invalid; when called, if a name leads out of the directory or the file
 * is missing.
 * @example
 * const asset = fileVersions(new URL('.', import.meta.url), { prefix: '/static/' })
 * const name = new URL(import.meta.url).pathname.split('/').at(-1) ?? ''
 * console.log(asset(name)) // /static/app.js?v=1f3870be
 */
export function fileVersions(
  directory: string | URL,
  options: FileVersionsOptions = {},
): (name: string) => string {
  knownOptions('fileVersions', options, 'prefix reload')
  const isPath = typeof directory === 'string' || directory instanceof URL
  must('fileVersions', isPath, 'the directory must be a path', directory, "Write './public'")
  const { prefix = '', reload = false } = options
  must(
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
  must('fileVersions', isInside, 'a name must be in the directory', name, "Write 'css/app.css'")
  try {
    const changed = statSync(file).mtimeMs
    if (changed === before?.changed) return before
    const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
    return { changed, query: hash.slice(0, HASH_LENGTH) }
  } catch {
    throw wrong('fileVersions', 'a name must be that of a file', name, 'Check the directory')
  }
}

const HASH_LENGTH = 12
