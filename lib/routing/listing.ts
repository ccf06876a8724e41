/** A flat list of all that an app serves, for documents, command lines and tests. */
import { said } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import type { App } from '../types.ts'
import { entriesOf, isRoutable, type Routable } from './reverse.ts'
import type { Route } from './route.ts'
import type { WebSocketRoute } from './websocketroute.ts'

/** One path that an app serves. */
export interface ListedRoute {
  /** `app` for what is mounted and shows no routes, such as files or an app of another framework. */
  readonly kind: 'route' | 'websocket' | 'app'
  /** The whole path as it is written, with those of the mounts around it; that of an app ends in `/*`. */
  readonly path: string
  /** The pattern of the host around it; undefined if every host is served. */
  readonly host: string | undefined
  /** In the order of `Allow`; undefined for all, and for websockets. */
  readonly methods: readonly string[] | undefined
  /** The name for `urlFor`, such as `users:detail`; `''` if it has none. */
  readonly name: string
  /** The names of the middleware around it, outer ones first; `anonymous` for those without a name. */
  readonly middleware: readonly string[]
  /** What the layers and the route say of it, as one object. */
  readonly meta: Readonly<Record<PropertyKey, unknown>>
  /** What the layers around it say, outer ones first. */
  readonly settings: readonly LayerSettings[]
  /** The handlers by method; `*` for one that serves all methods, and for that of a websocket. */
  readonly handlers: Readonly<Record<string, unknown>>
  /** The route, or the app that is mounted. */
  readonly route: App
}

/**
 * Lists what an app serves: one item for each path of each route, in the order of matching.
 *
 * Routes, routers, applications, mounts and hosts are looked into, and so is any app that has `routes`. An
 * app within middleware that was put around by hand shows nothing, and is listed as `app`.
 *
 * @example
 * for (const { methods, path, name } of routes(app)) console.log(methods?.join(), path, name)
 */
export function routes(app: App): ListedRoute[] {
  return listed(app, { path: '', host: undefined, name: '', settings: [], above: [] })
}

/** What surrounds an app. */
interface Place {
  readonly path: string
  readonly host: string | undefined
  /** With its colon. */
  readonly name: string
  readonly settings: readonly LayerSettings[]
  /** The apps around it, one of which may be mounted in itself. */
  readonly above: readonly unknown[]
}

interface WithRoutes {
  readonly routes?: unknown
  readonly settings?: readonly LayerSettings[]
}

function listed(app: App, place: Place): ListedRoute[] {
  if (place.above.includes(app)) return [foreign(app, place)]
  const { routes, settings = [] } = app as WithRoutes
  const inner = within(place, settings, app)
  if (isRoutable(app)) return listedRoute(app, inner)
  if (!Array.isArray(routes)) return [foreign(app, place)]
  return routes.flatMap((route) => listed(route, inner))
}

function within(place: Place, settings: readonly LayerSettings[], app: App): Place {
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
    return listed(route.entry.endpoint as App, { ...place, path, name })
  }
  if (route.kind === 'host') {
    return listed(route.endpoint as App, { ...place, host: route.host, name })
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

function foreign(app: App, place: Place): ListedRoute {
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
  const { meta } = said(...settings)
  const middleware = settings
    .flatMap((layer) => layer.middleware ?? [])
    .map(({ name }) => name || 'anonymous')
  return { route, host, settings, meta, middleware }
}

/** HEAD is served by the handler of GET, unless it has its own. */
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
