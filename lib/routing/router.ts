/** A list of routes as one app. */

import { UnsupportedProtocol } from '../exceptions.ts'
import { type Reversible, requestURL, type URLPath, withoutTrailingSlashes } from '../http/urls.ts'
import { callable } from '../internal/callable.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { adoptState, beginsLifespan, takesPart } from '../lifespan/mounted.ts'
import { type Lifespan, runLifespan } from '../lifespan.ts'
import { RedirectResponse } from '../responses/bodies.ts'
import { type AnyResponse, toApp } from '../responses/response.ts'
import type { App, Middleware, Receive, Scope, Send } from '../types.ts'
import {
  answersRoot,
  answersWithoutSlash,
  askedFor,
  dispatch,
  findIn,
  methodNotAllowed,
  notFound,
  rootPath,
  tellRoot,
} from './dispatch.ts'
import { type AnyState, enter, type RoutedScope, routePath } from './entry.ts'
import type { Host } from './host.ts'
import { isRoutable, type Routable, urlPathFor } from './reverse.ts'
import { type Found, Table } from './table.ts'
import { answerInside, answersExceptions, wrapped } from './wrapped.ts'

export interface RouterOptions {
  /** Middleware around the router, its 404 and its lifespan (none). */
  middleware?: readonly Middleware[]
  /** Redirect with 307 if only a trailing slash is missing or too much (true). */
  redirectSlashes?: boolean
  /** Answers if no route matches (404; websockets are refused). */
  default?: App | AnyResponse
  /** Runs around all requests, before the lifespans of mounted apps; given the router itself. */
  lifespan?: Lifespan<unknown>
}

/** An app made of routes. */
export interface Router<State = AnyState> extends App, Reversible {
  readonly kind: 'router'
  /** In the order of matching. */
  readonly routes: readonly Routable<State>[]
  /** Appends routes; allowed while the router serves. */
  readonly add: (...routes: readonly Routable<State>[]) => void
  /** The path of a route by its name, or of the route itself; throws NoMatchFound. */
  readonly urlPathFor: (target: unknown, params?: Readonly<Record<string, unknown>>) => URLPath
  /** Phantom, never set: lets `Application` check that `lifespan` yields the state these handlers read. */
  readonly reads?: (state: State) => void
}

/**
 * Hands each request to the first route that matches, in the order of declaration.
 *
 * A path that only has routes for other methods is answered with 405. A path that differs only in its
 * trailing slash is redirected. Anything else is answered with 404. All three pass the middleware
 * around the router.
 *
 * @throws TypeError if an item of the list is not a route.
 * @example
 * Router([Route('/', () => new PlainTextResponse('home'), { name: 'home' })])
 */
export function Router<State = AnyState>(
  routes: readonly Routable<State>[] = [],
  options: RouterOptions = {},
): Router<State> {
  knownOptions('Router', options, 'middleware redirectSlashes default lifespan')
  const { redirectSlashes = true, lifespan, middleware = [] } = options
  const index = new Index()
  index.add(routes)
  const fallback = wrapped(toApp(options.default ?? notFound, 'Router: default'))
  const serve: App = (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      if (!beginsLifespan(router, scope)) return unsupported(scope)
      return runLifespan(lifespan, router, scope, receive, send, () =>
        mountedIn(index.routes, options.default),
      )
    }
    if (scope.type !== 'http' && scope.type !== 'websocket') return unsupported(scope)
    if (lifespan !== undefined) adoptState(router, scope)
    scope.router ??= router
    return index.serve(scope, receive, send, redirectSlashes) ?? fallback(scope, receive, send)
  }
  const stack = middleware.length === 0 ? serve : wrapped(serve, middleware)
  const router: Router<State> = callable<Router<State>>(
    // A new function, since middleware may return one that already has properties.
    (scope, receive, send) => stack(scope, receive, send),
    {
      kind: 'router',
      get routes() {
        return index.routes
      },
      add: (...added) => index.add(added),
      urlPathFor: (target, params = {}) => urlPathFor(index.routes, target, params),
    },
  )
  tellRoot(router, (scope) => index.answersRoot(scope))
  return answersExceptions(takesPart(router))
}

/** The inner apps, which may have lifespans, also inside of middleware that was put around by hand. */
function mountedIn(routes: readonly Routable[], fallback: unknown): App[] {
  return [...routes.map(innerOf), fallback].filter((inner) => typeof inner === 'function') as App[]
}

/** The mounted app, below all mounts that are mounted themselves. */
function innerOf(route: Routable): unknown {
  let inner = appOf(route)
  while (isRoutable(inner)) inner = appOf(inner) // by a loop: a program may nest thousands
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

  /** Undefined if no route answers. */
  serve(
    scope: RoutedScope,
    receive: Receive,
    send: Send,
    redirectSlashes: boolean,
  ): Promise<void> | undefined {
    const table = this.#table ?? this.#build()
    const path = routePath(scope) || rootPath(table, scope)
    const { match, partial } = findIn(table, scope, path)
    const place = match === undefined ? Number.POSITIVE_INFINITY : this.#placeOf(match.order)
    const host = this.#hosts.length === 0 ? undefined : this.#hostBefore(place, scope)
    if (host !== undefined) return host.app(scope, receive, send)
    if (match !== undefined) return dispatch(match, path, scope, receive, send)
    const toggled = toggleSlash(path)
    const found = findIn(table, scope, toggled)
    if (found.match !== undefined && answersWithoutSlash(found, path, scope)) {
      return dispatch(found.match, toggled, scope, receive, send)
    }
    if (partial.length > 0) return methodNotAllowed(partial, path, scope, receive, send)
    return redirectSlashes && has(found)
      ? redirect(found, path, toggled, scope, receive, send)
      : undefined
  }

  /** Whether there is a route for `/`; static files and foreign apps do not count. */
  answersRoot(scope: RoutedScope): boolean {
    const table = this.#table ?? this.#build()
    const order = findIn(table, scope, '/').match?.order
    const place = order === undefined ? Number.POSITIVE_INFINITY : this.#placeOf(order)
    const isServed = ({ host, order }: HostAt): boolean => order < place && host.serves(scope)
    const first = this.#hosts.find(isServed)
    return first === undefined ? rootPath(table, scope) === '/' : answersRoot(first.host, scope)
  }

  #build(): Table {
    const placed = this.routes.map((route, order) => ({ route, order }))
    const table: { entry: Parameters<typeof dispatch>[0]['entry']; order: number }[] = []
    this.#hosts = []
    for (const { route, order } of placed) {
      if (route.kind === 'host') this.#hosts.push({ host: route, order })
      else table.push({ entry: route.entry, order })
    }
    this.#places = table.map(({ order }) => order)
    this.#table = new Table(table.map(({ entry }) => entry))
    return this.#table
  }

  #placeOf(order: number): number {
    return this.#places[order] ?? order
  }

  #hostBefore(place: number, scope: RoutedScope): Host | undefined {
    return this.#hosts.find(({ host, order }) => order < place && host.matches(scope))?.host
  }
}

function toggleSlash(path: string): string {
  return path.endsWith('/') ? withoutTrailingSlashes(path) : `${path}/`
}

function has({ match, partial }: Found): boolean {
  return match !== undefined || partial.length > 0
}

/** 307 keeps the method and the body. */
function redirect(
  found: Found,
  path: string,
  toggled: string,
  scope: RoutedScope,
  receive: Receive,
  send: Send,
): Promise<void> | undefined {
  if (scope.type !== 'http' || path === '/') return undefined
  const prefix = scope.path.slice(0, scope.path.length - path.length)
  const url = requestURL({ ...scope, path: prefix + toggled })
  const response = new RedirectResponse(url)
  const match = found.match ?? askedFor(found.partial, scope)
  if (!match?.entry.hasMiddleware) return response.respond(scope, receive, send)
  enter(scope, match, toggled)
  const answer: App = (scope, receive, send) => response.respond(scope, receive, send)
  return answerInside(match.entry, answer, scope, receive, send)
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
