/** A path, its methods, and the handlers behind them. */
import type { ErrorKey } from '../errors/handlers.ts'
import { likelyMethod } from '../http/methods.ts'
import { callable, refuseApp } from '../internal/apps.ts'
import { invalid } from '../internal/checks.ts'
import { isThenable } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { type ReadableSettings, readableSettings, SETTINGS, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import { Response } from '../responses/response.ts'
import type { App } from '../types.ts'
import { standalone } from './dispatch.ts'
import { type AnyHandler, endpoint, type Handler } from './endpoint.ts'
import { type AnyState, type Entry, pathsOf } from './entry.ts'
import { readPaths } from './path.ts'
import type { Exact, ServedBy } from './served.ts'
import { answersExceptions, appInLayer, runsGuards } from './wrapped.ts'

export interface RouteOptions<
  Keys extends readonly ErrorKey[] = readonly ErrorKey[],
  Method extends string = string,
> extends LayerSettings<Keys> {
  /** The methods to serve (['GET'], or those of the table). GET includes HEAD; [] means all. */
  methods?: readonly Method[]
  /** The name for `urlFor` (the handler's own name). */
  name?: string
}

/** An app that serves one path; `Served` has the contracts of its operations by method. */
export interface Route<Path extends string = string, State = AnyState, Served = unknown>
  extends App,
    ReadableSettings {
  readonly kind: 'route'
  /** The first path, if there are several. */
  readonly path: Path
  readonly paths: readonly Path[]
  readonly name: string
  /** The methods in the order of `Allow`; undefined means all. */
  readonly methods: readonly string[] | undefined
  /** The entry in the index of a router; the first, if there are several paths. */
  readonly entry: Entry
  /** The entries of all paths. */
  readonly entries: readonly Entry[]
  /** Only a type, never set: lets `Application` check that `lifespan` yields the state these handlers read. */
  readonly reads?: (state: State) => void
  /** Only a type, never set: gives `client()` the types of requests and responses. */
  readonly serves?: Served
}

/**
 * Serves a path by a handler, or by one handler for each method.
 *
 * With a list of paths, parameters that are not in all paths are optional. Paths are compared after
 * percent-decoding, and case-sensitively. Parameters are `{name}` or `{name:convertor}` with `str`, `int`,
 * `float`, `bigint`, `uuid`, `path`, `date`, `datetime` and your own; or `:name`, `:name?` and a final `*`.
 * The types of their values are inferred from the path literal. A route is an app: without a router, it
 * answers with 404 and 405 itself.
 *
 * @throws TypeError if the path, a method or the handler is invalid.
 * @example
 * Route('/users/{id:int}', (request) => new JSONResponse({ id: request.pathParams.id }))
 */
export function Route<
  const Path extends string,
  State = Record<string, unknown>,
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
  Given extends Handler<Path, State> | MethodTable<Path, State> = never,
  Method extends string = 'GET',
>(
  path: Path | readonly Path[],
  handler: Handler<Path, State> | MethodTable<Path, State> | (Given & Exact<Given>),
  options: RouteOptions<Keys, Method> = {},
): Route<Path, State, ServedBy<Given, Method>> {
  knownOptions('Route', options, `methods name ${SETTINGS}`)
  const paths = readPaths(path, 'Route')
  const where = `Route "${paths[0].path}"`
  const { app, methods, name } = appOfHandler(handler as AnyHandler, where)
  const limited = methodSet(options.methods ?? methods, where)
  if (typeof handler === 'object') assertServed(limited, methods, where)
  const settings = settingsIn(where, options)
  const inside = appInLayer(app, settings)
  const entries = paths.map(
    (path): Entry => ({
      path,
      prefix: false,
      type: 'http',
      methods: limited,
      get route() {
        return route
      },
      endpoint: handler,
      ...inside,
    }),
  )
  type Made = Route<Path, State, ServedBy<Given, Method>>
  const route: Made = callable<Made>(runsGuards(standalone(() => entries)), {
    kind: 'route',
    ...pathsOf<Path>(entries),
    name: nameOf(options.name ?? name, where),
    ...readableSettings(settings),
    methods: limited === undefined ? undefined : [...limited],
  })
  return route
}

function nameOf(name: unknown, where: string): string {
  if (typeof name === 'string') return name
  throw invalid(where, 'name must be text', name, "Write { name: 'home' }")
}

interface HandlerApp {
  app: App
  methods: readonly string[]
  name: string
}

function appOfHandler(handler: AnyHandler | AnyMethodTable, where: string): HandlerApp {
  if (typeof handler === 'function') {
    refuseApp(handler, where)
    refuseClass(handler, where)
    return {
      app: answersExceptions(endpoint(handler, where)),
      methods: ['GET'],
      name: handler.name,
    }
  }
  const isTable = typeof handler === 'object' && handler !== null && !isThenable(handler)
  if (isTable && !Array.isArray(handler) && !(handler instanceof Response)) {
    const methods = tableMethods(handler, where)
    return { app: answersExceptions(tableApp(handler, where)), methods, name: '' }
  }
  const what = 'the handler must be a function (request) => response or a table { get, post, … }'
  throw invalid(where, what, handler, 'Write () => response, and check the spelling of its name')
}

/** A class would be called without `new`. Its prototype cannot be assigned, as that of a function can. */
function refuseClass(handler: AnyHandler, where: string): void {
  if (Object.getOwnPropertyDescriptor(handler, 'prototype')?.writable !== false) return
  throw new TypeError(
    `${where}: a handler is called without new, the class ${handler.name} was given. Write a table of its methods: { get, post }.`,
  )
}

/** The methods that a table can have, in the order that `Allow` lists them. */
const TABLE_METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const

/**
 * A handler for each method: `{ get: show, put: replace }`; `get` serves HEAD too.
 */
export type MethodTable<Path extends string = string, State = Record<string, unknown>> = {
  readonly [Method in (typeof TABLE_METHODS)[number]]?: Handler<Path, State>
}

/** A method table of any path, whatever state its handlers read. */
export type AnyMethodTable = MethodTable<never, never>

const METHODS_FIX = "Write methods: ['GET', 'POST']"

/**
 * The methods in upper case, with HEAD if GET is included. An empty list means all methods: undefined.
 *
 * @throws TypeError for an invalid method name.
 */
export function methodSet(methods: readonly string[], where: string): Set<string> | undefined {
  if (!Array.isArray(methods)) {
    throw invalid(where, 'methods must be a list', methods, METHODS_FIX)
  }
  const set = new Set<string>()
  for (const method of methods) {
    if (typeof method !== 'string' || !/^[A-Za-z][A-Za-z-]*$/.test(method)) {
      throw invalid(where, 'a method is a word', method, METHODS_FIX)
    }
    const name = method.toUpperCase()
    const meant = likelyMethod(name)
    if (meant !== undefined) {
      throw new TypeError(`${where}: unknown method "${method}". Did you mean "${meant}"?`)
    }
    set.add(name)
    if (name === 'GET') set.add('HEAD')
  }
  return set.size === 0 ? undefined : set
}

/**
 * The methods of a table.
 *
 * @throws TypeError if the table is empty, a key is not a method, or a value is not a function.
 */
export function tableMethods(table: AnyMethodTable, where: string): string[] {
  const known: readonly string[] = TABLE_METHODS
  for (const [key, handler] of Object.entries(table)) {
    if (known.includes(key) && typeof handler === 'function') {
      refuseApp(handler, where)
      continue
    }
    throw new TypeError(
      `${where}: a method table has a function for each of ${known.join(', ')}, ${JSON.stringify(key)}: ${typeof handler} was given. ` +
        'Use the option methods for others.',
    )
  }
  const methods = TABLE_METHODS.filter((method) => table[method] !== undefined)
  if (methods.length > 0) return methods
  throw new TypeError(`${where}: the method table is empty. Write { get: handler }.`)
}

/**
 * Checks that the table has a function for each method of the option `methods`.
 *
 * @throws TypeError if one is missing.
 */
export function assertServed(
  limited: ReadonlySet<string> | undefined,
  served: readonly string[],
  where: string,
): void {
  const known = methodSet(served, where)
  const missing =
    limited === undefined ? 'every method' : [...limited].find((name) => !known?.has(name))
  if (missing === undefined) return
  throw new TypeError(
    `${where}: the method table has no function for ${missing}, which the option methods lists. Leave the option out, or add a function.`,
  )
}

/** The app that calls the handler of the request's method. */
export function tableApp(table: AnyMethodTable, where: string): App {
  const apps = new Map<string, App>()
  for (const method of TABLE_METHODS) {
    const handler = table[method]
    if (handler !== undefined) apps.set(method.toUpperCase(), endpoint(handler, where))
  }
  const get = apps.get('GET')
  if (get !== undefined && !apps.has('HEAD')) apps.set('HEAD', get)
  return (scope, receive, send) => {
    const app = scope.type === 'http' ? apps.get(scope.method) : undefined
    if (app !== undefined) return app(scope, receive, send)
    return Promise.reject(
      new TypeError(`${where}: called without its router. Call the route itself.`),
    )
  }
}
