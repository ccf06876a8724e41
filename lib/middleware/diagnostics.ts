/** Publishes requests and websockets on the channels of `node:diagnostics_channel`. */

import { type Channel, channel } from 'node:diagnostics_channel'
import { type Outcome, observe, routeTemplate } from '../authoring/observation.ts'
import { named } from '../internal/apps.ts'
import { check } from '../internal/checks.ts'
import type { App, ConnectionScope, Middleware, StateMiddleware } from '../types.ts'

/** The message on a `.start` channel. */
export interface DiagnosticsStart {
  /** The same object in all messages of an exchange. It can be the key of a WeakMap. */
  readonly scope: ConnectionScope
  /** The name of the middleware; undefined for requests and websockets. */
  readonly name: string | undefined
}

/** The message on an `.end` channel. If the app threw, it is published on the `.error` channel before. */
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
 * and `.error`, for agents that observe a program.
 *
 * Without subscribers it only checks the channels. The end is published when the server has accepted the
 * last part of the response.
 *
 * @example
 * import { subscribe } from 'node:diagnostics_channel'
 *
 * subscribe('stellula.request.end', (message) => console.debug(message))
 * const app = Application({ middleware: [diagnostics()], routes: [Route('/', home)] })
 */
export function diagnostics(): Middleware {
  const middleware: Middleware = (app) => {
    const http = publishOutcome(CHANNELS.http, app, undefined)
    const websocket = publishOutcome(CHANNELS.websocket, app, undefined)
    return (scope, receive, send) =>
      (scope.type === 'websocket' ? websocket : http)(scope, receive, send)
  }
  return named('diagnostics', middleware)
}

/**
 * Publishes the start and the duration of a middleware, including the app inside it, on
 * `stellula.middleware.start`, `.end` and `.error`.
 *
 * @param name The name in the messages.
 * @throws TypeError if the name is empty, or the middleware is not a function.
 * @example
 * Route('/', home, { middleware: [diagnosed('compress', compress())] })
 */
export function diagnosed<State = Record<string, unknown>>(
  name: string,
  middleware: StateMiddleware<State>,
): StateMiddleware<State> {
  const isNamed = typeof name === 'string' && name !== ''
  check(
    'diagnosed',
    isNamed,
    'name must be a text',
    name,
    "Write diagnosed('compress', compress())",
  )
  const isFunction = typeof middleware === 'function'
  check('diagnosed', isFunction, 'middleware must be a function', middleware, 'Call its factory')
  return (app) => publishOutcome(CHANNELS.middleware, middleware(app), name)
}

function publishOutcome({ start, end, error }: Channels, app: App, name: string | undefined): App {
  return (scope, receive, send) => {
    const hasSubscribers = start.hasSubscribers || end.hasSubscribers || error.hasSubscribers
    if (!hasSubscribers || scope.type === 'lifespan') return app(scope, receive, send)
    start.publish({ scope, name } satisfies DiagnosticsStart)
    return observe(app, scope, receive, send, (outcome) => {
      const message: DiagnosticsEnd = { scope, name, route: routeTemplate(scope), ...outcome }
      if (outcome.error !== undefined) error.publish(message)
      end.publish(message)
    })
  }
}
