/** Writes down in the scope what routing found, so that loggers outside see it too. */
import type { Entry, Match, RoutedScope } from './entry.ts'
import type { ParsedPath } from './path.ts'

/** The part of the path that no mount has dealt with yet; `/foo-1` is not under `/foo`. */
export function routePath({ path, rootPath }: RoutedScope): string {
  if (rootPath === '' || !path.startsWith(rootPath)) return path
  if (path.length === rootPath.length) return ''
  return path.charAt(rootPath.length) === '/' ? path.slice(rootPath.length) : path
}

/** Adds route, endpoint and parameters; a mount also moves the root path forward, and its template. */
export function enter(scope: RoutedScope, match: Match, path: string): void {
  const { entry, values, rest } = match
  scope.route = entry.route
  scope.endpoint = entry.endpoint
  addParams(scope, entry.path, values)
  note(scope, entry)
  if (!entry.prefix) return
  scope.appRootPath ??= scope.rootPath
  scope.rootPath += path.slice(0, rest)
  scope.mountPath = (scope.mountPath ?? '') + entry.path.path
}

/** Where middleware outside sees it too, if one in between has copied the scope. */
function note(scope: RoutedScope, { route, endpoint, path, prefix }: Entry): void {
  scope.outcome ??= {}
  const { outcome } = scope
  outcome.error &&= undefined // of a call before, which a middleware repeats
  outcome.route = route
  outcome.endpoint = endpoint
  outcome.template = (scope.mountPath ?? '') + (prefix ? `${path.path}/*` : path.path)
}

/** A new object, since a copy of the scope may share the old one. */
export function addParams(
  scope: RoutedScope,
  { params }: ParsedPath,
  values: readonly unknown[],
): void {
  if (params.length === 0) return
  const pathParams: Record<string, unknown> = scope.pathParams ? { ...scope.pathParams } : {}
  for (let index = 0; index < params.length; index++) {
    const param = params[index]
    // An optional one that is missing has no key, as its type says.
    if (param !== undefined && values[index] !== undefined) pathParams[param.name] = values[index]
  }
  scope.pathParams = pathParams
}
