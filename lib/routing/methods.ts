/** Methods: which ones a route serves, and a handler for each. */
import type { App } from '../types.ts'
import { endpoint, type Handler } from './endpoint.ts'

/** The methods that a table can have, in the order that `Allow` lists them. */
export const TABLE_METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const

/**
 * A handler for each method: `{ get: show, put: replace }`; `get` serves HEAD too.
 */
export type MethodTable<Path extends string = string, State = Record<string, unknown>> = {
  readonly [Method in (typeof TABLE_METHODS)[number]]?: Handler<Path, State>
}

/** A method table of any path, whatever state its handlers read. */
export type AnyMethodTable = MethodTable<never, never>

/**
 * The methods in upper case, with HEAD wherever GET is; an empty list means no limit.
 *
 * @throws TypeError for what is no method name.
 */
export function methodSet(methods: readonly string[], where: string): Set<string> | undefined {
  if (!Array.isArray(methods)) {
    throw new TypeError(
      `${where}: methods must be a list, ${JSON.stringify(methods)} was given. Write methods: ['GET', 'POST'].`,
    )
  }
  const set = new Set<string>()
  for (const method of methods) {
    if (typeof method !== 'string' || !/^[A-Za-z][A-Za-z-]*$/.test(method)) {
      throw new TypeError(
        `${where}: a method is a word, ${JSON.stringify(method)} was given. Write methods: ['GET', 'POST'].`,
      )
    }
    set.add(method.toUpperCase())
    if (method.toUpperCase() === 'GET') set.add('HEAD')
  }
  return set.size === 0 ? undefined : set
}

/**
 * The methods of a table.
 *
 * @throws TypeError for a table that is empty or has a key that is no method, or no function for it.
 */
export function tableMethods(table: AnyMethodTable, where: string): string[] {
  const known: readonly string[] = TABLE_METHODS
  for (const [key, handler] of Object.entries(table)) {
    if (known.includes(key) && typeof handler === 'function') continue
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
 * That a table is limited to methods that it has.
 *
 * @throws TypeError when it is not.
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
    `${where}: the method table has no function for ${missing}, which the option methods asks for. Leave the option out, or add a function.`,
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
    return Promise.reject(new TypeError(`${where}: called past its router. Call the route itself.`))
  }
}
