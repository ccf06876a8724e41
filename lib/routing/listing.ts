/** Lists everything that an app serves, for documentation, command lines and tests. */
import { readableSettings } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import type { App } from '../types.ts'
import { entriesOf, isRoutable, type Routable } from './reverse.ts'
import type { Route } from './route.ts'
import type { WebSocketRoute } from './websocketroute.ts'

/** One path that an app serves. */
export interface ListedRoute {
  /** `app` for a mounted app without readable routes, such as static files or an app of another framework. */
  readonly kind: 'route' | 'websocket' | 'app'
  /** The whole path pattern, with the prefixes of the mounts around it; for an `app` it ends in `/*`. */
  readonly path: string
  /** The pattern of the host around it; undefined if every host is served. */
  readonly host: string | undefined
  /** The methods in the order of `Allow`; undefined for all methods, and for websockets. */
  readonly methods: readonly string[] | undefined
  /** The name for `urlFor`, such as `users:detail`; `''` if it has none. */
  readonly name: string
  /** The names of the middleware around it, outer ones first; `anonymous` for those without a name. */
  readonly middleware: readonly string[]
  /** The `meta` of the layers and the route, merged. */
  readonly meta: Readonly<Record<PropertyKey, unknown>>
  /** The settings of the layers around it, outer ones first. */
  readonly settings: readonly LayerSettings[]
  /** The handlers by method; `*` is a handler for all methods, or for a websocket. */
  readonly handlers: Readonly<Record<string, unknown>>
  /** The route, or the app that is mounted. */
  readonly route: App
}

/**
 * Lists the routes of an app: one item for each path of each route, in the order of matching.
 *
 * The routes inside routers, applications, mounts, hosts and any app that has `routes` are listed too. An app
 * inside middleware that you applied by hand hides its routes, and is listed as `app`.
 *
 * @example
 * for (const { methods, path, name } of routes(app)) console.log(methods?.join(), path, name)
 */
export function routes(app: App): ListedRoute[] {
  return listRoutes(app, { path: '', host: undefined, name: '', settings: [], above: [] })
}

/** The path, host, name and settings around an app. */
interface Place {
  readonly path: string
  readonly host: string | undefined
  /** The prefix of names, with its colon. */
  readonly name: string
  readonly settings: readonly LayerSettings[]
  /** The apps around it, to detect an app that is mounted in itself. */
  readonly above: readonly unknown[]
}

interface WithRoutes {
  readonly routes?: unknown
  readonly settings?: readonly LayerSettings[]
}

function listRoutes(app: App, place: Place): ListedRoute[] {
  if (place.above.includes(app)) return [listApp(app, place)]
  const { routes, settings = [] } = app as WithRoutes
  const inner = placeInside(place, settings, app)
  if (isRoutable(app)) return listedRoute(app, inner)
  if (!Array.isArray(routes)) return [listApp(app, place)]
  return routes.flatMap((route) => listRoutes(route, inner))
}

function placeInside(place: Place, settings: readonly LayerSettings[], app: App): Place {
  return {
    ...place,
    settings: [...place.settings, ...settings],
    above: [...place.above, app],
  }
}

function listedRoute(route: Routable, place: Place): ListedRoute[] {
  const name = route.name === '' ? place.name : `${place.name}${route.name}:`
  if (route.kind === 'mount') {
    const path = place.path + route.path
    return listRoutes(route.entry.endpoint as App, { ...place, path, name })
  }
  if (route.kind === 'host') {
    return listRoutes(route.endpoint as App, { ...place, host: route.host, name })
  }
  return entriesOf(route).map(({ path }) => ({
    ...common(route, place),
    kind: route.kind,
    path: place.path + path.path,
    name: route.name === '' ? '' : place.name + route.name,
    methods: route.kind === 'route' ? route.methods : undefined,
    handlers: handlersOf(route),
  }))
}

function listApp(app: App, place: Place): ListedRoute {
  return {
    ...common(app, place),
    kind: 'app',
    path: `${place.path}/*`,
    name: place.name.slice(0, -1),
    methods: undefined,
    handlers: {},
  }
}

function common(route: App, { host, settings }: Place) {
  const { meta } = readableSettings(...settings)
  const middleware = settings
    .flatMap((layer) => layer.middleware ?? [])
    .map(({ name }) => name || 'anonymous')
  return { route, host, settings, meta, middleware }
}

/** The handlers by method. HEAD has the handler of GET, unless it has another one. */
function handlersOf(route: Route | WebSocketRoute): Readonly<Record<string, unknown>> {
  const { endpoint } = route.entry
  const methods = route.kind === 'route' ? route.methods : undefined
  if (typeof endpoint === 'function') {
    return Object.fromEntries((methods ?? ['*']).map((method) => [method, endpoint]))
  }
  const table = endpoint as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    (methods ?? []).map((method) => [
      method,
      table[method.toLowerCase()] ?? (method === 'HEAD' ? table['get'] : undefined),
    ]),
  )
}
