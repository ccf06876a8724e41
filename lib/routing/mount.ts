/** Hands everything below a prefix to another app. */

import type { ErrorKey } from '../errors/handlers.ts'
import { withoutTrailingSlashes } from '../http/urls.ts'
import { callable } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { wrong } from '../internal/must.ts'
import { type Said, SETTINGS, said, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import { type AnyResponse, Response, toApp } from '../responses/response.ts'
import type { App } from '../types.ts'
import { answersRoot, standalone } from './dispatch.ts'
import type { AnyState, Entry, RoutedScope } from './entry.ts'
import { assertRooted, parsePath } from './path.ts'
import { fail } from './tokens.ts'
import { asksGuards, behindGuards, served } from './wrapped.ts'

export interface MountOptions<Keys extends readonly ErrorKey[] = readonly ErrorKey[]>
  extends LayerSettings<Keys> {
  /** The name that stands before those of the routes inside: `users:detail` (none). */
  name?: string
  /**
   * Whether the prefix alone is always redirected to the one with a slash, as for apps that are no
   * routers: relative links in what the route for `/` answers then lead below the prefix (false).
   */
  redirectPrefix?: boolean
}

/** An app that serves everything below a prefix. */
export interface Mount<Path extends string = string, State = AnyState> extends App, Said {
  readonly kind: 'mount'
  /** Without a trailing slash. */
  readonly path: Path
  readonly name: string
  /** The current routes of the mounted router; empty for other apps. */
  readonly routes: readonly unknown[]
  /** The entry in the index of a router. */
  readonly entry: Entry
  /** Phantom, never set: lets `Application` check that `lifespan` yields the state these handlers read. */
  readonly reads?: (state: State) => void
}

/** An app with a readable list of routes. */
export interface WithRoutes<State = AnyState> extends App {
  readonly routes: readonly unknown[]
  readonly reads?: (state: State) => void
}

/**
 * Hands all requests below a prefix to an app: a router, an application, static files, any app.
 *
 * The app sees the whole `scope.path`, and the prefix in `scope.rootPath`. The prefix itself, without
 * a slash, is answered by the route for `/` of a mounted router or application. Without one,
 * and for other apps, a router around redirects to the prefix with a slash.
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
      'a prefix cannot be open',
      'Use parameters that are always there.',
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
    ...served(behindGuards(inner), settings),
    ...(options.redirectPrefix === true
      ? {}
      : { answersPrefix: (scope: RoutedScope) => answersRoot(inner, scope) }),
  }
  const mount: Mount<Path, State> = callable<Mount<Path, State>>(
    asksGuards(standalone(() => [entry])),
    {
      kind: 'mount',
      // The type keeps the literal as it was written; only slashes at its end are gone.
      path: parsed.path as Path,
      name: options.name ?? '',
      ...said(settings),
      get routes() {
        return routesOf(inner)
      },
      entry,
    },
  )
  return mount
}

/**
 * The app that a mount, a host or a router is given.
 *
 * @throws TypeError if it is neither an app nor a response.
 */
export function innerApp(given: unknown, where: string): App {
  if (typeof given === 'function' || given instanceof Response) return toApp(given, where)
  const fix = Array.isArray(given)
    ? 'Write Router([…]) around the list'
    : 'Pass an app or a Response'
  throw wrong(where, 'it takes an app', given, fix)
}

/** The routes inside an app, as they are now. */
export function routesOf(app: App): readonly unknown[] {
  return 'routes' in app && Array.isArray(app.routes) ? app.routes : []
}
