/** Applies settings to routes. */
import type { ErrorKey } from '../errors/handlers.ts'
import { callable } from '../internal/apps.ts'
import { invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { readableSettings, SETTINGS, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import { answersRoot, declareRoot, standalone } from './dispatch.ts'
import type { Entry } from './entry.ts'
import { type Host, hostApp } from './host.ts'
import { copyOf, entriesOf, isRoutable, type Routable } from './reverse.ts'
import { replaceable, runsGuards, withLayer } from './wrapped.ts'

/**
 * Applies settings to a list of routes. Returns a list of new routes, in the same order and of the same
 * types. The given routes are not changed. The paths stay the same.
 *
 * Layers can be nested, and `Router`, `Mount`, `Host`, `Application` and the routes themselves take the same
 * settings as options. Settings of several layers are combined by one of three rules:
 *
 * - `middleware`, `guards`, `tags`, `mapResponse` and `afterResponse` are concatenated, outer
 * ones first.
 * - For `exceptionHandlers`, `responses`, `headers`, `overrides` and `meta`, the innermost layer's value of
 * each key is used.
 * - For all other settings, the innermost layer's value is used.
 *
 * Guards run after all middleware, right before the handler is called, with the handler's own request or
 * websocket. The other settings of a layer act outside its middleware.
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
  // Each route becomes a route of the same type, which the compiler cannot infer for a list.
  return routes.map((route: Routable) =>
    route.kind === 'host' ? hostWithin(own, route) : routeWithin(own, route),
  ) as unknown as Routes
}

function noRoutes(given: unknown): TypeError {
  const what = 'the routes must be a list of Route, WebSocketRoute, Mount and Host'
  return invalid('layer', what, given, 'Write layer({ … }, [Route(…)])')
}

/** A copy of a route or mount whose entry has this layer as its outermost. */
function routeWithin<Kind extends Exclude<Routable, Host>>(
  settings: LayerSettings,
  route: Kind,
): Kind {
  const [first] = entriesOf(route)
  const inner = first?.hasMiddleware === true ? first.app : replaceable(first?.app ?? route)
  const app = withLayer(inner, settings)
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
    runsGuards(standalone(() => entries)),
    copyWith(route, {
      entry: entries[0],
      ...(route.kind === 'mount' ? {} : { entries }),
      ...readableSettings(settings, ...route.settings),
    }),
  )
  return copyOf(route, copy)
}

/** A copy of a host within a layer. When it matches, it writes itself into the scope as the route. */
function hostWithin(settings: LayerSettings, host: Host): Host {
  const app = withLayer(host.app, settings)
  const matches: Host['matches'] = (scope) => {
    if (!host.matches(scope)) return false
    scope.route = copy
    scope.outcome = Object.assign(scope.outcome ?? {}, { route: copy })
    return true
  }
  const copy: Host = callable<Host>(
    hostApp(() => copy),
    copyWith(host, { app, matches, ...readableSettings(settings, ...host.settings) }),
  )
  declareRoot(runsGuards(copy), (scope) => answersRoot(host, scope))
  return copyOf(host, copy)
}

/** A copy of a route, getters included, with some properties replaced. */
function copyWith<Kind extends Routable>(route: Kind, changes: object): Kind {
  const { length: _length, ...own } = Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(route)),
  )
  return Object.defineProperties(
    {},
    { ...own, ...Object.getOwnPropertyDescriptors(changes) },
  ) as Kind
}
