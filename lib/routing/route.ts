/** A path, its methods, and the handler behind them. */

import { callable } from '../internal/callable.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { Response } from '../responses/response.ts'
import type { App, Middleware } from '../types.ts'
import { standalone } from './dispatch.ts'
import { type AnyHandler, endpoint, type Handler } from './endpoint.ts'
import type { AnyState, Entry } from './entry.ts'
import { fail } from './faults.ts'
import {
  type AnyMethodTable,
  assertServed,
  type MethodTable,
  methodSet,
  tableApp,
  tableMethods,
} from './methods.ts'
import { parsePath } from './path.ts'
import { answersExceptions, served } from './wrapped.ts'

export interface RouteOptions {
  /** The methods to serve (['GET'], or those of the table); GET brings HEAD, [] means all. */
  methods?: readonly string[]
  /** The name for `urlFor` (the handler's own name). */
  name?: string
  /** Middleware around this route alone, its 405 included; the first is outermost (none). */
  middleware?: readonly Middleware[]
}

/** An app that serves one path, and can be looked at. */
export interface Route<Path extends string = string, State = AnyState> extends App {
  readonly kind: 'route'
  readonly path: Path
  readonly name: string
  /** In the order of `Allow`; undefined serves all. */
  readonly methods: readonly string[] | undefined
  /** How a router sees it. */
  readonly entry: Entry
  /** Never there: it tells types which state the handlers read. */
  readonly reads?: (state: State) => void
}

/**
 * Serves a path by a handler, or by one handler for each method.
 *
 * Paths are matched decoded and with case. Parameters are `{name}` or `{name:convertor}` with `str`,
 * `int`, `float`, `uuid`, `path` and your own; or `:name`, `:name?` and a final `*`. Their values are
 * typed by the path literal. A route is an app: on its own it answers 404 and 405 itself.
 *
 * @throws TypeError for a path, method or handler that can never work.
 * @example
 * Route('/users/{id:int}', (request) => new JSONResponse({ id: request.pathParams.id }))
 */
export function Route<const Path extends string, State = Record<string, unknown>>(
  path: Path,
  handler: Handler<Path, State> | MethodTable<Path, State>,
  options: RouteOptions = {},
): Route<Path, State> {
  knownOptions('Route', options, 'methods name middleware')
  const where = `Route "${path}"`
  const parsed = parsePath(path, 'Route')
  assertRooted(path, 'Route')
  const { app, methods, name } = serving(handler as AnyHandler, where)
  const limited = methodSet(options.methods ?? methods, where)
  if (typeof handler === 'object') assertServed(limited, methods, where)
  const entry: Entry = {
    path: parsed,
    prefix: false,
    type: 'http',
    methods: limited,
    get route() {
      return route
    },
    endpoint: handler,
    ...served(app, options.middleware),
  }
  const route: Route<Path, State> = callable<Route<Path, State>>(
    standalone(() => entry),
    {
      kind: 'route',
      path,
      name: options.name ?? name,
      methods: limited === undefined ? undefined : [...limited],
      entry,
    },
  )
  return route
}

interface Serving {
  app: App
  methods: readonly string[]
  name: string
}

function serving(handler: AnyHandler | AnyMethodTable, where: string): Serving {
  if (typeof handler === 'function') {
    return {
      app: answersExceptions(endpoint(handler, where)),
      methods: ['GET'],
      name: handler.name,
    }
  }
  if (typeof handler === 'object' && handler !== null && !(handler instanceof Response)) {
    const methods = tableMethods(handler, where)
    return { app: answersExceptions(tableApp(handler, where)), methods, name: '' }
  }
  throw new TypeError(
    `${where}: the handler must be a function (request) => response or a table { get, post, … }, ${kindOf(handler)} was given. Write () => response; is the name spelled right?`,
  )
}

function kindOf(handler: unknown): string {
  if (handler instanceof Response) return 'a Response'
  return handler === null ? 'null' : typeof handler
}

/** Paths begin at the root of their router. */
export function assertRooted(path: string, where: string): void {
  if (path.startsWith('/')) return
  fail(where, path, 0, 'the path must begin with "/"', `Write "/${path}".`)
}
