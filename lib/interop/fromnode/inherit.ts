/** Shares properties that an outer middleware added to its request with the inner one. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConnectionScope } from '../../types.ts'

/** The request and response that a handler or a middleware gets. */
interface Pair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** The key under which the nearest Connect middleware stores its pair. */
const PAIR = 'stellula.node'

/** The pair of the nearest outer Connect middleware, if any. */
export function pairOf({ extensions }: ConnectionScope): Pair | undefined {
  // Only leavePair() writes this key.
  return extensions?.[PAIR] as Pair | undefined
}

/** Stores a pair for inner handlers. */
export function leavePair(scope: ConnectionScope, pair: Pair): void {
  scope.extensions = { ...scope.extensions, [PAIR]: pair }
}

/** Properties that each Express app, and each helper of Connect, sets for itself. */
const OWN = new Set(['res', 'next', 'route', 'params', 'query', 'app'])

/**
 * Shares `request.session`, `request.user` and other properties that an outer middleware added, and
 * `response.locals`, with the inner pair. Both sides use the same values.
 */
export function inheritFrom(scope: ConnectionScope, { request, response }: Pair): void {
  const outer = pairOf(scope)
  if (outer === undefined) return
  for (const key of Object.keys(outer.request)) {
    if (!(key in request) && !OWN.has(key) && !key.startsWith('__') && !key.startsWith('_parsed')) {
      share(key, request, outer.request)
    }
  }
  if ('locals' in outer.response) share('locals', response, outer.response)
}

function share(key: string, inner: object, outer: object): void {
  Object.defineProperty(inner, key, {
    get: () => Reflect.get(outer, key),
    set: (value: unknown) => Reflect.set(outer, key, value),
    enumerable: true,
    configurable: true,
  })
}
