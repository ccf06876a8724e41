/** Calls the function `afterResponse` of a layer. */
import { Connection } from '../connections.ts'
import { callListener } from '../internal/handled.ts'
import { runFinally } from '../internal/run.ts'
import type { Middleware, Send } from '../types.ts'
import type { AfterResponse } from './settings.ts'

/** Makes a middleware that calls a function when the app has ended. Errors of the function are logged. */
export function callingAfterResponse(afterResponse: AfterResponse): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type === 'lifespan') return app(scope, receive, send)
    scope.outcome ??= {}
    const { outcome } = scope
    let status: number | undefined
    const noting: Send = (message) => {
      if ('status' in message) status = message.status
      else if (message.type === 'websocket.accept') status = 101
      return send(message)
    }
    return runFinally(app, scope, receive, noting, (error) =>
      callListener('afterResponse', () =>
        afterResponse(new Connection(scope), { status, error: error ?? outcome.error }),
      ),
    )
  }
}
