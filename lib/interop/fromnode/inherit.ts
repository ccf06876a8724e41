/** What a middleware outside has put on its request is there inside, too. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConnectionScope } from '../../types.ts'

/** The request and response of the same exchange, as a handler or a middleware has them. */
export interface Pair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** Where the nearest middleware of Connect leaves its pair. */
const PAIR = 'stellula.node'

/** The pair of the nearest middleware of Connect around, if there is one. */
export function pairOf({ extensions }: ConnectionScope): Pair | undefined {
  // Nobody else writes this key.
  return extensions?.[PAIR] as Pair | undefined
}

/** Leaves a pair for those inside. */
export function leavePair(scope: ConnectionScope, pair: Pair): void {
  scope.extensions = { ...scope.extensions, [PAIR]: pair }
}

/** What each Express app, and each helper of Connect, sets for itself. */
const OWN = new Set(['res', 'next', 'route', 'params', 'query', 'app'])

/**
 * Makes `request.session`, `request.user` and whatever else a middleware outside has added, and
 * `response.locals`, those of the pair inside. They are the same values: what one sets, both have.
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
