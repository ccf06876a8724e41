/** Middleware that ignores some requests. */

import { refusalsBy, refusing } from '../authoring/refusing.ts'
import { named } from '../internal/apps.ts'
import { check } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { App, ConnectionScope, HTTPScope, Middleware, WebSocketScope } from '../types.ts'
import { type Entry, routePath } from './entry.ts'
import { readPaths } from './path.ts'
import { methodSet } from './route.ts'
import { Table } from './table.ts'

/** If one of these conditions applies, the middleware ignores the connection. */
export interface ExceptOptions {
  /**
   * Paths in the syntax of routes, `/files/{rest:path}` for everything below a prefix (none). They are
   * compared with the path below the mounts around the middleware.
   */
  paths?: readonly string[]
  /** Methods of requests (none). GET includes HEAD. */
  methods?: readonly string[]
  /**
   * Whether the route with this `meta` is ignored (none). Middleware of routes, mounts and layers gets the
   * `meta` of the route. Middleware of a router or an application gets only the `meta` of the layers around
   * it, because it runs before routing.
   */
  meta?: (meta: Readonly<Record<PropertyKey, unknown>>) => boolean
}

/**
 * Applies a middleware to all requests and websockets, except for some. The lifespan passes through it.
 *
 * A route whose path or `meta` is not known is not excepted. To protect access, prefer guards, or middleware
 * on the routes that need it.
 *
 * @throws TypeError if an argument is invalid, or if the middleware does not return an app.
 * @example
 * const app = Application({ middleware: [except(requestId(), { paths: ['/health'] })] })
 * const hooks = layer({ middleware: [except(csrf(), { meta: ({ webhook }) => webhook === true })] }, [
 *   Route('/paid', upload, { methods: ['POST'], meta: { webhook: true } }),
 * ])
 */
export function except(middleware: Middleware, options: ExceptOptions): Middleware {
  knownOptions('except', options, 'paths methods meta')
  mustBeFunction('the middleware', middleware, 'Write except(csrf(), { paths: [] })')
  const { paths = [], methods = [], meta } = options
  if (meta !== undefined) mustBeFunction('meta', meta, 'Write meta: ({ key }) => key === true')
  const excepted = methodSet(methods, 'except')
  const table = paths.length === 0 ? undefined : tableOf(paths)
  const passesBy = (scope: HTTPScope | WebSocketScope): boolean =>
    (scope.type === 'http' && excepted?.has(scope.method) === true) ||
    table?.find(routePath(scope) || '/', 'http', '').match !== undefined ||
    meta?.(metaOf(scope)) === true
  const refuses = (method: string): readonly number[] =>
    excepted?.has(method) === true ? [] : refusalsBy(middleware, method)
  const excepting = refusing(refuses, (app) => {
    const wrapped = middleware(app)
    mustBeFunction('what the middleware returns', wrapped, 'Return an app from it')
    return (scope, receive, send) =>
      (scope.type !== 'lifespan' && passesBy(scope) ? app : wrapped)(scope, receive, send)
  })
  return named(middleware.name, excepting)
}

function mustBeFunction(what: string, value: unknown, fix: string): void {
  check('except', typeof value === 'function', `${what} must be a function`, value, fix)
}

const NOTHING: App = () => Promise.resolve()

function tableOf(paths: readonly string[]): Table {
  const entries = readPaths(paths, 'except').map(
    (path): Entry => ({
      ...{ path, prefix: false, type: undefined, methods: undefined },
      ...{ route: NOTHING, endpoint: undefined, app: NOTHING },
    }),
  )
  return new Table(entries)
}

/** The route has the `meta` of the layers inside the middleware, the scope has that of the layers outside. */
function metaOf({ settings, route }: ConnectionScope): Readonly<Record<PropertyKey, unknown>> {
  const { meta } = (route ?? {}) as { readonly meta?: object }
  return { ...settings?.meta, ...meta }
}
