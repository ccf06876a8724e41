/** Serves directories of files as one app. */

import { answerException } from './errors/handlers.ts'
import { notFoundException } from './exceptions/common.ts'
import { HTTPException, UnsupportedProtocol } from './exceptions.ts'
import { requestURL } from './http/urls.ts'
import { callable } from './internal/apps.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { RedirectResponse } from './responses/bodies.ts'
import { routePath } from './routing/entry.ts'
import { answersExceptions } from './routing/wrapped.ts'
import { Directories } from './staticfiles/directories.ts'
import { Files } from './staticfiles/files.ts'
import { lookUp } from './staticfiles/lookup.ts'
import { readOptions, type StaticFilesOptions } from './staticfiles/options.ts'
import { reply } from './staticfiles/reply.ts'
import type { App, HTTPScope } from './types.ts'

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
 * Serves the files of one or several directories to GET and HEAD, on its own or below a mount.
 *
 * Conditional requests and ranges are supported. Files up to 1 MiB are kept in memory, and each request
 * checks that they are unchanged. Files that must not be served get the same response as missing ones:
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
    'directory html extensions fallback precompressed cacheControl dotfiles followSymlink checkDir cache',
  )
  const settings = readOptions(options)
  const directories = new Directories(options.directory, settings)
  const files = new Files(directories, settings)
  const answerTo = async (scope: HTTPScope): Promise<App> => {
    if (scope.method !== 'GET' && scope.method !== 'HEAD') throw methodNotAllowed()
    const target = await lookUp(files, settings, scope, routePath(scope))
    if (target === 'slash') return withSlash(scope)
    if (target === undefined) {
      scope.onUnmatched?.()
      throw notFoundException()
    }
    return reply(files, target, scope)
  }
  const app: App = async (scope, receive, send) => {
    if (scope.type === 'websocket') return send({ type: 'websocket.close', code: 1000, reason: '' })
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    let answer: App
    try {
      answer = await answerTo(scope)
    } catch (error) {
      return answerException(error, scope, receive, send)
    }
    return answer(scope, receive, send)
  }
  return answersExceptions(
    callable<StaticFiles>(app, { kind: 'staticfiles', directories: directories.paths }),
  )
}

function methodNotAllowed(): HTTPException {
  return new HTTPException(405, undefined, { headers: { allow: 'GET, HEAD' } })
}

/** The query is kept (ST-26). */
function withSlash(scope: HTTPScope): App {
  const response = new RedirectResponse(requestURL({ ...scope, path: `${scope.path}/` }))
  return (scope, receive, send) => response.respond(scope, receive, send)
}
