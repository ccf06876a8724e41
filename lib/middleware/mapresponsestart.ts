/** Changes the status and the headers of responses. */
import { changeStart } from '../responsestart.ts'
import type { HTTPResponseStartMessage, HTTPScope, Middleware } from '../types.ts'

/** Changes the message in place, at once. */
export type ResponseStartChange = (message: HTTPResponseStartMessage, scope: HTTPScope) => void

/**
 * Has a function change the start of each response before it goes out; answers to errors too.
 *
 * Bodies pass untouched, and so do websockets and the lifespan.
 *
 * @throws TypeError when it is given no function; at a response, when that gives a promise.
 * @example
 * const hidden = mapResponseStart((message) => {
 *   if (message.status === 403) message.status = 404
 *   message.headers.push('x-robots-tag', 'noindex')
 * })
 */
export function mapResponseStart(change: ResponseStartChange): Middleware {
  if (typeof change !== 'function') {
    throw new TypeError(
      `mapResponseStart: it takes a function (message, scope) => void, ${typeof change} was given. Was it called already?`,
    )
  }
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const apply = (message: HTTPResponseStartMessage): void => {
      assertDone(change(message, scope))
    }
    return app(scope, receive, changeStart(scope, send, apply))
  }
}

/** What a promise would change later is on the wire by then. */
function assertDone(result: unknown): void {
  if (!(result instanceof Promise)) return
  result.catch(() => {})
  throw new TypeError(
    'mapResponseStart: the function must change the message at once, it gave a promise. Use httpMiddleware() to wait for something.',
  )
}
