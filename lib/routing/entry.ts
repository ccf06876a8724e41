/** What the index of a router knows of a route, and what routing writes into a scope. */
import type { App, Scope } from '../types.ts'
import type { ParsedPath } from './path.ts'

/** The scopes that are routed. */
export type RoutedScope = Exclude<Scope, { type: 'lifespan' }>

/** Whatever the state is: such a route can be given and taken everywhere. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` could be given, but not taken
export type AnyState = any

/** One route as the index sees it. */
export interface Entry {
  readonly path: ParsedPath
  /** Whether the path is only the beginning: a mount. */
  readonly prefix: boolean
  /** The scope type it serves, or undefined for both. */
  readonly type: 'http' | 'websocket' | undefined
  /** The methods it serves, or undefined for all. */
  readonly methods: ReadonlySet<string> | undefined
  /** The route itself, for `scope.route`. */
  readonly route: App
  /** What people would call the endpoint: the handler, or the mounted app. */
  readonly endpoint: unknown
  /** What serves a scope that has been entered, with the route's own middleware. */
  readonly app: App
  /** Whether there is such middleware, around an app that gives way to a 405 or a redirect (false). */
  readonly hasMiddleware?: boolean
  /** Of a mount: whether it answers its prefix without a slash (it does not). */
  readonly answersPrefix?: (scope: RoutedScope) => boolean
}

/** An entry that fits a path. */
export interface Match {
  readonly entry: Entry
  /** Its place in the order of declaration. */
  readonly order: number
  /** The converted parameters, in the order of the path; undefined for one that is missing. */
  readonly values: readonly unknown[]
  /** Where the rest begins that a mount hands on. */
  readonly rest: number
}

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
