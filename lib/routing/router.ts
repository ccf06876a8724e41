/** Makes one app of a list of routes. */

import { runLifespan } from '#lifespan'
import type { ErrorKey } from '../errors/handlers.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import type { Reversible, URLPath } from '../http/urls.ts'
import { callable } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { readableSettings, SETTINGS, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import { addMountedState, beginsLifespan, participatesInLifespan } from '../lifespan/marks.ts'
import type { Lifespan } from '../lifespan.ts'
import type { AnyResponse } from '../responses/response.ts'
import type { App, Scope } from '../types.ts'
import { answersRoot, appFor, declareRoot, findIn, notFound, rootPath } from './dispatch.ts'
import { type AnyState, type Entry, type RoutedScope, routePath } from './entry.ts'
import type { Host } from './host.ts'
import { innerApp } from './mount.ts'
import { entriesOf, isRoutable, type Routable, urlPathFor } from './reverse.ts'
import { Table } from './table.ts'
import {
  answersExceptions,
  behindGuards,
  runsGuards,
  withLayer,
  withMiddleware,
} from './wrapped.ts'

/** The middleware runs around all of the router, its 404 and its lifespan included. */
export interface RouterOptions<Keys extends readonly ErrorKey[] = readonly ErrorKey[]>
  extends LayerSettings<Keys> {
  /** Whether to redirect with 307 if the path differs from a route only in its trailing slash (true). */
  redirectSlashes?: boolean
  /** The app or response for requests that no route matches (404; websockets are refused). */
  default?: App | AnyResponse
  /**
   * Starts before the first request and the lifespans of mounted apps, and ends after them (none). It gets
   * the router.
   */
  lifespan?: Lifespan<unknown>
}

/** An app made of routes. */
export interface Router<State = AnyState> extends App, Reversible {
  /** The settings from its options: one layer, or none. */
  readonly settings: readonly LayerSettings[]
  readonly kind: 'router'
  /** The routes, in the order of matching. */
  readonly routes: readonly Routable<State>[]
  /** Appends routes; may be called while the router serves. */
  readonly add: (...routes: readonly Routable<State>[]) => void
  /** The path of a route by its name, or of the route itself; throws NoMatchFound. */
  readonly urlPathFor: (target: unknown, params?: Readonly<Record<string, unknown>>) => URLPath
  /** Only a type, never set: lets `Application` check that `lifespan` yields the state these handlers read. */
  readonly reads?: (state: State) => void
}

/**
 * Passes each request to the first route that matches, in the order of declaration.
 *
 * If a path has routes for other methods only, the answer is 405. A path that differs only in its trailing
 * slash is redirected. All other paths are answered with 404. These answers pass through the middleware of
 * the router too.
 *
 * @throws TypeError if an item of the list is not a route.
 * @example
 * Router([Route('/', () => new PlainTextResponse('home'), { name: 'home' })])
 */
export function Router<
  State = AnyState,
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
>(routes: readonly Routable<State>[] = [], options: RouterOptions<Keys> = {}): Router<State> {
  knownOptions('Router', options, `redirectSlashes default lifespan ${SETTINGS}`)
  const { redirectSlashes = true, lifespan } = options
  const settings = settingsIn('Router', options)
  const index = new Index()
  index.add(routes)
  const fallback =
    options.default === undefined
      ? withMiddleware(notFound)
      : withMiddleware(behindGuards(innerApp(options.default, 'Router: default')))
  const app: App = (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      if (!beginsLifespan(router, scope)) return unsupported(scope)
      return runLifespan(lifespan, router, scope, receive, send, () =>
        mountedIn(index.routes, options.default),
      )
    }
    if (scope.type !== 'http' && scope.type !== 'websocket') return unsupported(scope)
    if (lifespan !== undefined) addMountedState(router, scope)
    scope.router ??= router
    const found = index.appFor(scope, redirectSlashes) ?? fallback
    return found(scope, receive, send)
  }
  const router: Router<State> = callable<Router<State>>(
    settings === undefined ? app : applyLayer(settings, app),
    {
      kind: 'router',
      settings: readableSettings(settings).settings,
      get routes() {
        return index.routes
      },
      add: (...added) => index.add(added),
      urlPathFor: (target, params = {}) => urlPathFor(index.routes, target, params),
    },
  )
  declareRoot(router, (scope) => index.answersRoot(scope))
  return runsGuards(answersExceptions(participatesInLifespan(router)))
}

/**
 * Applies the settings. The result is a new function because middleware may return one that already has
 * properties.
 */
function applyLayer(settings: LayerSettings, app: App): App {
  const stack = withLayer(app, settings)
  return (scope, receive, send) => stack(scope, receive, send)
}

/**
 * The inner apps, which may have lifespans. An app inside middleware that was applied by hand may have one
 * too.
 */
function mountedIn(routes: readonly Routable[], fallback: unknown): App[] {
  return [...routes.map(innerOf), fallback].filter((inner) => typeof inner === 'function') as App[]
}

/** The innermost mounted app: a mount may contain another mount. */
function innerOf(route: Routable): unknown {
  let inner = appOf(route)
  while (isRoutable(inner)) inner = appOf(inner) // a loop, not recursion: a program may nest thousands
  return inner
}

function appOf(route: Routable): unknown {
  if (route.kind === 'mount') return route.entry.endpoint
  return route.kind === 'host' ? route.endpoint : undefined
}

function unsupported(scope: Scope): Promise<void> {
  return Promise.reject(new UnsupportedProtocol(scope.type))
}

interface HostAt {
  readonly host: Host
  readonly order: number
}

/** The routes and their table, which is rebuilt after routes were added. */
class Index {
  readonly routes: Routable[] = []
  #table: Table | undefined
  #places: number[] = []
  #hosts: HostAt[] = []

  add(routes: readonly Routable[]): void {
    if (!Array.isArray(routes)) throw noRoute(describe(routes))
    for (const [index, route] of routes.entries()) {
      if (!isRoutable(route)) throw noRoute(`number ${index + 1}, ${describe(route)}`)
    }
    this.routes.push(...routes)
    this.#table = undefined
  }

  /** The app for a request; undefined if no route matches. */
  appFor(scope: RoutedScope, redirectSlashes: boolean): App | undefined {
    const table = this.#table ?? this.#build()
    const path = routePath(scope) || rootPath(table, scope)
    const found = findIn(table, scope, path)
    const host = this.#hosts.length === 0 ? undefined : this.#hostBefore(found.match?.order, scope)
    return host?.app ?? appFor(found, table, path, redirectSlashes, scope)
  }

  /** Whether there is a route for `/`; static files and foreign apps do not count. */
  answersRoot(scope: RoutedScope): boolean {
    const table = this.#table ?? this.#build()
    const order = findIn(table, scope, '/').match?.order
    const first = this.#hostBefore(order, scope, true)
    return first === undefined ? rootPath(table, scope) === '/' : answersRoot(first, scope)
  }

  #build(): Table {
    const entries: Entry[] = []
    this.#places = []
    this.#hosts = []
    for (const [order, route] of this.routes.entries()) {
      if (route.kind === 'host') this.#hosts.push({ host: route, order })
      else {
        for (const entry of entriesOf(route)) {
          entries.push(entry)
          this.#places.push(order)
        }
      }
    }
    this.#table = new Table(entries)
    return this.#table
  }

  /** The first matching host that was declared before the entry with this index in the table. */
  #hostBefore(entry: number | undefined, scope: RoutedScope, onlyLooks = false): Host | undefined {
    const place = this.#places[entry ?? -1] ?? Number.POSITIVE_INFINITY
    return this.#hosts.find(
      ({ host, order }) => order < place && (onlyLooks ? host.serves(scope) : host.matches(scope)),
    )?.host
  }
}

function noRoute(given: string): TypeError {
  return new TypeError(
    `Router: the routes must be a list of Route, WebSocketRoute, Mount and Host, ${given} was given. Put other apps into Mount('/', app), spread lists with ...`,
  )
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'function') return String(value === null ? value : typeof value)
  if (!('kind' in value)) return 'another function'
  return value.kind === 'application' ? 'an application' : `a ${value.kind}`
}
