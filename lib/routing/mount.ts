/** Passes all requests below a prefix to another app. */

import type { ErrorKey } from '../errors/handlers.ts'
import { withoutTrailingSlashes } from '../http/urls.ts'
import { callable } from '../internal/apps.ts'
import { invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type ReadableSettings, readableSettings, SETTINGS, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import { type AnyResponse, Response, toApp } from '../responses/response.ts'
import type { App } from '../types.ts'
import { answersRoot, standalone } from './dispatch.ts'
import type { AnyState, Entry, RoutedScope } from './entry.ts'
import { assertRooted, parsePath } from './path.ts'
import { fail } from './tokens.ts'
import { appInLayer, behindGuards, runsGuards } from './wrapped.ts'

export interface MountOptions<Keys extends readonly ErrorKey[] = readonly ErrorKey[]>
  extends LayerSettings<Keys> {
  /** The prefix for the names of the routes inside: `users:detail` (none). */
  name?: string
  /**
   * Whether a request for the prefix without a trailing slash is always redirected to the prefix with one, as
   * for apps that are not routers (false). Relative links in the page at `/` then lead below the prefix.
   */
  redirectPrefix?: boolean
}

/** An app that serves everything below a prefix. */
export interface Mount<Path extends string = string, State = AnyState>
  extends App,
    ReadableSettings {
  readonly kind: 'mount'
  /** The prefix, without a trailing slash. */
  readonly path: Path
  readonly name: string
  /** The current routes of the mounted router; empty for other apps. */
  readonly routes: readonly unknown[]
  /** The entry in the index of a router. */
  readonly entry: Entry
  /** Only a type, never set: lets `Application` check that `lifespan` yields the state these handlers read. */
  readonly reads?: (state: State) => void
}

/** An app with a readable list of routes. */
export interface WithRoutes<State = AnyState> extends App {
  readonly routes: readonly unknown[]
  readonly reads?: (state: State) => void
}

/**
 * Passes all requests below a prefix to an app: a router, an application, static files or any other app.
 *
 * The app sees the whole `scope.path`, and the prefix in `scope.rootPath`. If the mounted router or
 * application has a route for `/`, this route also answers the prefix without a trailing slash. Otherwise,
 * the router around the mount redirects to the prefix with a slash.
 *
 * @throws TypeError if the path can never match, or `app` is not an app.
 * @example
 * Mount('/users', Router([Route('/{id:int}', show, { name: 'detail' })]), { name: 'users' })
 */
export function Mount<
  const Path extends string,
  State = AnyState,
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
>(
  path: Path,
  app: WithRoutes<State> | App | AnyResponse,
  options: MountOptions<Keys> = {},
): Mount<Path, State> {
  knownOptions('Mount', options, `name redirectPrefix ${SETTINGS}`)
  const parsed = parsePath(typeof path === 'string' ? withoutTrailingSlashes(path) : path, 'Mount')
  if (path !== '') assertRooted(path, 'Mount')
  if (parsed.params.some(({ name, optional }) => optional || name === '*')) {
    fail(
      'Mount',
      path,
      path.search(/\?|\*/),
      'a prefix cannot have optional parameters or a wildcard',
      'Use required parameters.',
    )
  }
  const where = `Mount "${path}"`
  const inner = innerApp(app, where)
  const settings = settingsIn(where, options)
  const entry: Entry = {
    path: parsed,
    prefix: true,
    type: undefined,
    methods: undefined,
    get route() {
      return mount
    },
    endpoint: app,
    ...appInLayer(behindGuards(inner), settings),
    ...(options.redirectPrefix === true
      ? {}
      : { answersPrefix: (scope: RoutedScope) => answersRoot(inner, scope) }),
  }
  const mount: Mount<Path, State> = callable<Mount<Path, State>>(
    runsGuards(standalone(() => [entry])),
    {
      kind: 'mount',
      // The type keeps the literal; only its trailing slashes are removed.
      path: parsed.path as Path,
      name: options.name ?? '',
      ...readableSettings(settings),
      get routes() {
        return routesOf(inner)
      },
      entry,
    },
  )
  return mount
}

/**
 * Returns the given app of a mount, a host or a router, or makes one of a response.
 *
 * @throws TypeError if it is neither an app nor a response.
 */
export function innerApp(given: unknown, where: string): App {
  if (typeof given === 'function' || given instanceof Response) return toApp(given, where)
  const fix = Array.isArray(given)
    ? 'Write Router([…]) around the list'
    : 'Pass an app or a Response'
  throw invalid(where, 'it takes an app', given, fix)
}

/** The current routes inside an app. */
export function routesOf(app: App): readonly unknown[] {
  return 'routes' in app && Array.isArray(app.routes) ? app.routes : []
}
