/** Publishes requests and websockets on the channels of `node:diagnostics_channel`. */
import { type Channel, channel } from 'node:diagnostics_channel'
import { type Outcome, observe, routeTemplate } from '../authoring/observation.ts'
import { must } from '../internal/must.ts'
import type { App, ConnectionScope, Middleware, StateMiddleware } from '../types.ts'

/** What is published on a `.start` channel. */
export interface DiagnosticsStart {
  /** The same object in all messages of an exchange, so that it may be the key of a WeakMap. */
  readonly scope: ConnectionScope
  /** The name of the middleware; undefined for requests and websockets. */
  readonly name: string | undefined
}

/** What is published on an `.end` channel, and before it on the `.error` channel if the app threw. */
export interface DiagnosticsEnd extends DiagnosticsStart, Outcome {
  /** The path template of the route; undefined if no route matched. */
  readonly route: string | undefined
}

interface Channels {
  readonly start: Channel
  readonly end: Channel
  readonly error: Channel
}

const channelsOf = (kind: string): Channels => ({
  start: channel(`stellula.${kind}.start`),
  end: channel(`stellula.${kind}.end`),
  error: channel(`stellula.${kind}.error`),
})

const CHANNELS: Readonly<Record<'http' | 'websocket' | 'middleware', Channels>> = {
  http: channelsOf('request'),
  websocket: channelsOf('websocket'),
  middleware: channelsOf('middleware'),
}

/**
 * Publishes on `stellula.request.start`, `.end` and `.error`, and on `stellula.websocket.start`, `.end`
 * and `.error`, for agents that watch a program from outside.
 *
 * A channel without subscribers costs a look at it. The end is published when the last part of the
 * response was accepted.
 *
 * @example
 * import { subscribe } from 'node:diagnostics_channel'
 *
 * subscribe('stellula.request.end', (message) => console.debug(message))
 * const app = Application({ middleware: [diagnostics()], routes: [Route('/', home)] })
 */
export function diagnostics(): Middleware {
  return (app) => {
    const http = published(CHANNELS.http, app, undefined)
    const websocket = published(CHANNELS.websocket, app, undefined)
    return (scope, receive, send) =>
      (scope.type === 'websocket' ? websocket : http)(scope, receive, send)
  }
}

/**
 * Publishes how long a middleware takes, with what is inside it, on `stellula.middleware.start`, `.end`
 * and `.error`.
 *
 * @param name What the messages call it.
 * @throws TypeError if the name is empty, or the middleware is not a function.
 * @example
 * Route('/', home, { middleware: [diagnosed('compress', compress())] })
 */
export function diagnosed<State = Record<string, unknown>>(
  name: string,
  middleware: StateMiddleware<State>,
): StateMiddleware<State> {
  const isNamed = typeof name === 'string' && name !== ''
  must('diagnosed', isNamed, 'name must be a text', name, "Write diagnosed('compress', compress())")
  const isFunction = typeof middleware === 'function'
  must('diagnosed', isFunction, 'middleware must be a function', middleware, 'Call its factory')
  return (app) => published(CHANNELS.middleware, middleware(app), name)
}

function published({ start, end, error }: Channels, app: App, name: string | undefined): App {
  return (scope, receive, send) => {
    const isHeard = start.hasSubscribers || end.hasSubscribers || error.hasSubscribers
    if (!isHeard || scope.type === 'lifespan') return app(scope, receive, send)
    start.publish({ scope, name } satisfies DiagnosticsStart)
    return observe(app, scope, receive, send, (outcome) => {
      const message: DiagnosticsEnd = { scope, name, route: routeTemplate(scope), ...outcome }
      if (outcome.error !== undefined) error.publish(message)
      end.publish(message)
    })
  }
}
