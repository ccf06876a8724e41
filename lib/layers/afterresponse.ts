/** Tells a layer how a connection ended. */
import { Connection } from '../connections.ts'
import { tell } from '../internal/handled.ts'
import { runFinally } from '../internal/run.ts'
import type { Middleware, Send } from '../types.ts'
import type { AfterResponse } from './settings.ts'

/** Calls a function once the app has ended; what it throws is logged. */
export function tellingEnd(afterResponse: AfterResponse): Middleware {
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
      tell('afterResponse', () =>
        afterResponse(new Connection(scope), { status, error: error ?? outcome.error }),
      ),
    )
  }
}
