/** Serves directories of files as one app. */

import { callable } from './internal/apps.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { answersExceptions } from './routing/wrapped.ts'
import { Directories } from './staticfiles/directories.ts'
import { Files } from './staticfiles/files.ts'
import { lookUp } from './staticfiles/lookup.ts'
import { readOptions, type StaticFilesOptions } from './staticfiles/options.ts'
import { reply } from './staticfiles/reply.ts'
import { servingFiles } from './staticfiles/serving.ts'
import type { App } from './types.ts'

export type { Coding } from './http/codings.ts'
export type { CacheOptions, StaticFilesOptions } from './staticfiles/options.ts'
export { type FileVersionsOptions, fileVersions } from './staticfiles/versions.ts'

/** An app that serves files, with readable properties. */
export interface StaticFiles extends App {
  readonly kind: 'staticfiles'
  /** The absolute paths of its directories, in search order. */
  readonly directories: readonly string[]
}

/**
 * Returns an app that serves the files of one or more directories to GET and HEAD, at the root or below a
 * mount.
 *
 * Conditional requests and ranges are supported. Files up to 1 MiB are kept in memory, and each request
 * checks that they are unchanged. Requests for forbidden files get the same response as for missing ones:
 * names that begin with a dot, paths that are not normalized (`..`, `//`, an encoded slash), names with a
 * special meaning on another system, links that lead out of the directory.
 *
 * @throws TypeError if a directory is missing or an option is invalid, RangeError if a size is.
 * @example
 * Mount('/static', StaticFiles({
 *   directory: new URL('.', import.meta.url),
 *   html: true,
 *   precompressed: true,
 *   cacheControl: (name) => (name.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache'),
 * }), { name: 'static' })
 */
export function StaticFiles(options: StaticFilesOptions): StaticFiles {
  knownOptions(
    'StaticFiles',
    options,
    'directory html extensions fallback precompressed cacheControl attachment dotfiles followSymlink checkDir cache',
  )
  const settings = readOptions(options)
  const directories = new Directories(options.directory, settings)
  const files = new Files(directories, settings)
  const app = servingFiles(async (scope, path) => {
    const target = await lookUp(files, settings, scope, path)
    return typeof target === 'object' ? reply(files, target, scope) : target
  })
  return answersExceptions(
    callable<StaticFiles>(app, { kind: 'staticfiles', directories: directories.paths }),
  )
}
