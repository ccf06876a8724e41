/** What the index of a router knows of a route, and what it tells of one that fits. */
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
