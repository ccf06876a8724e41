/** Middleware that some requests pass by. */
import { refusalsBy, refusing } from '../authoring/refusing.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must } from '../internal/must.ts'
import type { App, ConnectionScope, HTTPScope, Middleware, WebSocketScope } from '../types.ts'
import { type Entry, routePath } from './entry.ts'
import { readPaths } from './path.ts'
import { methodSet } from './route.ts'
import { Table } from './table.ts'

/** A connection passes by if one of them applies. */
export interface ExceptOptions {
  /**
   * Paths as routes have them, `/files/{rest:path}` for all below a prefix (none). They are compared with
   * the path below the mounts around the middleware.
   */
  paths?: readonly string[]
  /** Methods of requests (none); GET brings HEAD. */
  methods?: readonly string[]
  /**
   * Whether what the layers say of the route lets it pass by (none). The route is known to middleware of
   * routes, mounts and layers. To middleware of a router or an application only what was said around it is
   * known, since it runs before a route is looked for.
   */
  meta?: (meta: Readonly<Record<PropertyKey, unknown>>) => boolean
}

/**
 * Applies a middleware to all requests and websockets, except for some. The lifespan passes through it.
 *
 * What is not known is not excepted. Where access is at stake, prefer guards or middleware of the routes
 * that need them.
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
  return refusing(refuses, (app) => {
    const wrapped = middleware(app)
    mustBeFunction('what the middleware returns', wrapped, 'Return an app from it')
    return (scope, receive, send) =>
      (scope.type !== 'lifespan' && passesBy(scope) ? app : wrapped)(scope, receive, send)
  })
}

function mustBeFunction(what: string, value: unknown, fix: string): void {
  must('except', typeof value === 'function', `${what} must be a function`, value, fix)
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

/** The route has what the layers inside of the middleware say, the scope what those outside do. */
function metaOf({ settings, route }: ConnectionScope): Readonly<Record<PropertyKey, unknown>> {
  const { meta } = (route ?? {}) as { readonly meta?: object }
  return { ...settings?.meta, ...meta }
}
