/** The entries of a router's index, and the keys that routing sets in a scope. */
import { isBelow } from '../protocol/target.ts'
import type { App, Scope } from '../types.ts'
import type { ParsedPath } from './path.ts'

/** The scopes that routes serve. */
export type RoutedScope = Exclude<Scope, { type: 'lifespan' }>

/** A route with any state, assignable in both directions. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` would be assignable in one direction only
export type AnyState = any

/** One route in the index. */
export interface Entry {
  readonly path: ParsedPath
  /** Whether the path is a prefix: a mount. */
  readonly prefix: boolean
  /** The scope type it serves, or undefined for both. */
  readonly type: 'http' | 'websocket' | undefined
  /** The methods it serves, or undefined for all. */
  readonly methods: ReadonlySet<string> | undefined
  /** The route itself, for `scope.route`. */
  readonly route: App
  /** The handler, or the mounted app. */
  readonly endpoint: unknown
  /** Serves a scope that has entered this route; includes the middleware of the route. */
  readonly app: App
  /** Whether there is middleware around the app, and the app can be replaced by a 405 or a redirect (false). */
  readonly hasMiddleware?: boolean
  /** For a mount: whether it answers its prefix without a trailing slash (never if absent). */
  readonly answersPrefix?: (scope: RoutedScope) => boolean
}

/** The properties of a route that show its paths. The index has one entry for each path. */
export function pathsOf<Path extends string>(
  entries: readonly Entry[],
): {
  path: Path
  paths: readonly Path[]
  entry: Entry
  entries: readonly Entry[]
} {
  const [entry] = entries as readonly [Entry, ...Entry[]]
  const paths = entries.map(({ path }) => path.path as Path)
  return { path: entry.path.path as Path, paths, entry, entries }
}

/** An entry that matches a path. */
export interface Match {
  readonly entry: Entry
  /** Its position in the order of declaration. */
  readonly order: number
  /** The converted parameters, in the order of the path; undefined for one that is missing. */
  readonly values: readonly unknown[]
  /** Where the rest of the path begins; a mount passes that rest on. */
  readonly rest: number
}

/** The part of the path below the mounts that were already entered. */
export function routePath({ path, rootPath }: RoutedScope): string {
  return isBelow(path, rootPath) ? path.slice(rootPath.length) : path
}

/** Writes route, endpoint and parameters into the scope; a mount also extends the root path. */
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

/** Writes the route into `scope.outcome`, which copies of the scope share, for middleware further out. */
function note(scope: RoutedScope, { route, endpoint, path, prefix }: Entry): void {
  scope.outcome ??= {}
  const { outcome } = scope
  // Removes the error of an earlier call, if a middleware repeats the request.
  outcome.error &&= undefined
  if (outcome.dependencies !== undefined) outcome.dependencies.failure = undefined
  outcome.route = route
  outcome.endpoint = endpoint
  outcome.template = (scope.mountPath ?? '') + (prefix ? `${path.path}/*` : path.path)
}

/** Adds path parameters in a new object, because a copy of the scope may share the old one. */
export function addParams(
  scope: RoutedScope,
  { params }: ParsedPath,
  values: readonly unknown[],
): void {
  if (params.length === 0) return
  const pathParams: Record<string, unknown> = scope.pathParams ? { ...scope.pathParams } : {}
  for (let index = 0; index < params.length; index++) {
    const param = params[index]
    // A missing optional parameter has no key, as in its type.
    if (param !== undefined && values[index] !== undefined) pathParams[param.name] = values[index]
  }
  scope.pathParams = pathParams
}
