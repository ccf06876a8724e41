/** Calls Connect middleware in order, with one request and response. */
import { isPassedOn } from '../fromnode/errors.ts'
import type { InnerExchange } from '../fromnode/exchange.ts'
import { assertInternals } from '../fromnode/internals.ts'
import { assertNotFactory } from '../fromnode/uncalled.ts'
import type { NodeHandler } from '../fromnode.ts'

/**
 * Calls each middleware when the one before has called `next`, and `last` after all of them.
 */
export function callChain(
  where: string,
  middleware: readonly NodeHandler[],
  exchange: InnerExchange,
  last: () => Promise<void>,
): void {
  const callFrom = (index: number): void => {
    const one = middleware[index]
    if (one === undefined) {
      // Errors of the app are thrown unchanged, not interpreted as those of Express.
      exchange.follow(last, exchange.failBehind)
      return
    }
    let isCalled = false
    const next = (error?: unknown): void => {
      // An error is reported even after the middleware has called `next`, for example from a timeout.
      if (!isPassedOn(error)) exchange.failInside(error)
      else if (!isCalled) callFrom(index + 1)
      isCalled = true
    }
    exchange.follow(() => {
      const returned = one(exchange.request, exchange.response, next)
      if (!isCalled) assertNotFactory(where, one, returned, exchange.response)
      return returned
    })
  }
  callFrom(0)
}

/**
 * @throws TypeError if a value is not such a middleware.
 * @throws Error if this version of Node is not supported.
 */
export function assertChain(middleware: readonly unknown[], where: string): void {
  if (middleware.length === 0) {
    throw new TypeError(
      `${where}: it takes at least one middleware, nothing was given. Write ${where}(helmet()).`,
    )
  }
  for (const one of middleware) assertMiddleware(one, where)
  assertInternals()
}

function assertMiddleware(middleware: unknown, where: string): void {
  if (typeof middleware === 'function' && middleware.length < 4) return
  const given = typeof middleware === 'function' ? 'one of four parameters' : typeof middleware
  throw new TypeError(
    `${where}: it takes middleware (request, response, next) => …, ${given} was given. Answer errors by exceptionHandlers.`,
  )
}
