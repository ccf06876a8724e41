/** Puts settings around routes. */
import type { ErrorKey } from '../errors/handlers.ts'
import { callable } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { wrong } from '../internal/must.ts'
import { SETTINGS, said, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import { answersRoot, standalone, tellRoot } from './dispatch.ts'
import type { Entry } from './entry.ts'
import { type Host, hosting } from './host.ts'
import { copyOf, entriesOf, isRoutable, type Routable } from './reverse.ts'
import { asksGuards, surrounded, yielding } from './wrapped.ts'

/**
 * Puts settings around a list of routes, and gives a list of such routes, in the same order and of the
 * same types. The given routes stay as they are. Which path is answered does not change.
 *
 * Layers can be nested, and `Router`, `Mount`, `Host`, `Application` and the routes themselves take the
 * same settings as options. What several layers say is put together by one of three rules:
 *
 * - `middleware`, `guards`, `tags`, `security`, `mapResponse` and `afterResponse` add up, outer ones first.
 * - Of `exceptionHandlers`, `responses`, `headers`, `overrides` and `meta`, the nearest layer counts for each key.
 * - Of all others, the nearest layer counts.
 *
 * Guards are asked where the handler is called, with the handler's own request or websocket, after all
 * middleware. Middleware of the layer is inside of what its other settings do.
 *
 * @throws TypeError if a setting is unknown or invalid, or if an item of the list is not a route.
 * @throws RangeError if a number is out of its range.
 * @example
 * const internal = {
 *   of: ({ headers }: { headers: Headers }) => {
 *     if (!headers.has('x-internal')) throw new HTTPException(403)
 *   },
 * }
 * const reports = layer({ guards: [internal], timeout: 5000 }, [
 *   Route('/report', () => new PlainTextResponse('…')),
 *   Route('/health', () => new PlainTextResponse('ok'), { timeout: 100 }),
 * ])
 */
export function layer<
  const Routes extends readonly Routable[],
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
>(settings: LayerSettings<Keys>, routes: Routes): Routes {
  knownOptions('layer', settings, SETTINGS)
  const own = settingsIn('layer', settings)
  if (!Array.isArray(routes)) throw noRoutes(routes)
  for (const route of routes) if (!isRoutable(route)) throw noRoutes(route)
  if (own === undefined) return routes
  // Each route becomes one of its own type, which the compiler cannot follow through a list.
  return routes.map((route: Routable) =>
    route.kind === 'host' ? hostWithin(own, route) : routeWithin(own, route),
  ) as unknown as Routes
}

function noRoutes(given: unknown): TypeError {
  const what = 'the routes must be a list of Route, WebSocketRoute, Mount and Host'
  return wrong('layer', what, given, 'Write layer({ … }, [Route(…)])')
}

/** A copy of a route or mount with an entry of its own, in which the layer is the outermost. */
function routeWithin<Kind extends Exclude<Routable, Host>>(
  settings: LayerSettings,
  route: Kind,
): Kind {
  const [first] = entriesOf(route)
  const inner = first?.hasMiddleware === true ? first.app : yielding(first?.app ?? route)
  const app = surrounded(inner, settings)
  const entries = entriesOf(route).map(
    (entry): Entry => ({
      ...entry,
      get route() {
        return copy
      },
      app,
      hasMiddleware: true,
    }),
  )
  const copy: Kind = callable<Kind>(
    asksGuards(standalone(() => entries)),
    changed(route, {
      entry: entries[0],
      ...(route.kind === 'mount' ? {} : { entries }),
      ...said(settings, ...route.settings),
    }),
  )
  return copyOf(route, copy)
}

/** A copy of a host, which tells that it was the one that matched. */
function hostWithin(settings: LayerSettings, host: Host): Host {
  const app = surrounded(host.app, settings)
  const matches: Host['matches'] = (scope) => {
    if (!host.matches(scope)) return false
    scope.route = copy
    scope.outcome = Object.assign(scope.outcome ?? {}, { route: copy })
    return true
  }
  const copy: Host = callable<Host>(
    hosting(() => copy),
    changed(host, { app, matches, ...said(settings, ...host.settings) }),
  )
  tellRoot(asksGuards(copy), (scope) => answersRoot(host, scope))
  return copyOf(host, copy)
}

/** The properties of a route, getters included, with others in their place. */
function changed<Kind extends Routable>(route: Kind, changes: object): Kind {
  const { length: _length, ...own } = Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(route)),
  )
  return Object.defineProperties(
    {},
    { ...own, ...Object.getOwnPropertyDescriptors(changes) },
  ) as Kind
}
