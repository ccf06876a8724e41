/** Combines routes, middleware, error handling and a lifespan into an app. */

import {
  type ErrorKey,
  type ExceptionHandler,
  type ExceptionHandlerEntries,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  type ThrownBy,
} from './errors/handlers.ts'
import { Outermost } from './errors/outermost.ts'
import { UnsupportedProtocol } from './exceptions.ts'
import type { Reversible, URLPath } from './http/urls.ts'
import { callable } from './internal/apps.ts'
import { invalid } from './internal/checks.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { readableSettings, SETTINGS, settingsIn } from './layers/read.ts'
import type { LayerSettings } from './layers/settings.ts'
import {
  addMountedState,
  beginsLifespan,
  isMounted,
  participatesInLifespan,
} from './lifespan/marks.ts'
import { findEager, resourcesOf, withResources } from './lifespan/resources.ts'
import type { AnyResponse } from './responses/response.ts'
import { answersRoot, declareRoot } from './routing/dispatch.ts'
import type { AnyState } from './routing/entry.ts'
import type { Routable } from './routing/reverse.ts'
import { Router } from './routing/router.ts'
import { answersExceptions, runsGuards, withLayer, withMiddleware } from './routing/wrapped.ts'
import type { App, LifespanScope, StateMiddleware } from './types.ts'

/** The options of an application. Its settings are those of a layer around all routes. */
export interface ApplicationOptions<
  State = AnyState,
  Keys extends readonly ErrorKey[] = readonly ErrorKey[],
> extends Omit<LayerSettings, 'middleware' | 'exceptionHandlers'> {
  /** The routes, in the order in which they are tried (none). */
  routes?: readonly Routable<State>[]
  /** Middleware around the routes; the first is outermost (none). */
  middleware?: readonly StateMiddleware<State>[]
  /**
   * Handlers of errors by status or class (the default handlers). The handler for 500 or Error answers
   * bugs. The key determines the type of the error: `[OutOfStock, (request, error) => …]`.
   */
  exceptionHandlers?: ExceptionHandlerEntries<Keys, NoInfer<State>>
  /**
   * Startup and shutdown (none). The function gets the application, and yields `request.state`. Mounted
   * applications have their own lifespans, which start after this one, in order, and stop before it, in
   * reverse order.
   */
  lifespan?: (app: Application) => AsyncGenerator<State, unknown, void>
  /** Whether responses show bugs to the client (false). Do not use it in production. */
  debug?: boolean
  /** Whether a path that differs in its last slash is redirected (true). */
  redirectSlashes?: boolean
  /** The response or app if no route matches (404). */
  default?: App | AnyResponse
}

/**
 * An app with readable routes and settings. It makes URLs of its routes, and routes can be added to it.
 *
 * Its own lifespan must yield the state that its handlers read, even if it is mounted.
 */
export interface Application<State = AnyState> extends App, Reversible {
  readonly kind: 'application'
  readonly routes: readonly Routable<State>[]
  /** The layer of its own options, as a list of one or none. */
  readonly settings: readonly LayerSettings[]
  /** Appends routes. This is allowed while the router serves requests. */
  readonly add: (...routes: readonly Routable<State>[]) => void
  /** Puts a middleware around the others. Throws after the application has been called. */
  readonly addMiddleware: (middleware: StateMiddleware<State>) => void
  /** Adds or replaces a handler. */
  readonly addExceptionHandler: <Key extends ErrorKey>(
    key: Key,
    handler: ExceptionHandler<ThrownBy<Key>, State>,
  ) => void
  /** Returns the path of a route, given by its name or as the route itself. Throws NoMatchFound. */
  readonly urlPathFor: (target: unknown, params?: Readonly<Record<string, unknown>>) => URLPath
}

/**
 * Creates an app that consists of, from outside inwards: errors, middleware, router.
 *
 * An error is answered directly outside of the handler or middleware that threw it, so outer middleware
 * sees the response. Bugs are then rethrown to the server, which logs them.
 *
 * @throws TypeError if a route, a middleware or a handler is invalid.
 * @example
 * const app = Application({
 *   routes: [Route('/', () => new PlainTextResponse('hello'))],
 *   exceptionHandlers: [[404, () => new PlainTextResponse('nothing here', { status: 404 })]],
 * })
 */
export function Application<
  State = AnyState,
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
>(options: ApplicationOptions<State, Keys> = {}): Application<State> {
  knownOptions('Application', options, `routes lifespan debug redirectSlashes default ${SETTINGS}`)
  const { routes = [], lifespan, debug = false, redirectSlashes = true } = options
  if (typeof debug !== 'boolean') {
    throw invalid('Application', 'debug must be true or false', debug, 'Leave it out in production')
  }
  if (lifespan !== undefined && typeof lifespan !== 'function') throw noLifespan(lifespan)
  const handlers = new ExceptionHandlers(
    options.exceptionHandlers as readonly ExceptionHandlerEntry[],
  )
  const table = new ExceptionHandlers([], { outer: handlers, debug })
  const settings = settingsIn('Application', options)
  const middleware = [...(options.middleware ?? [])]
  const router = Router<State>(routes, {
    redirectSlashes,
    lifespan: () => running(),
    ...(options.default === undefined ? {} : { default: options.default }),
  })
  // The outermost layer already has the exception handlers.
  const { exceptionHandlers: _handlers, ...others } = settings ?? {}
  // Middleware is called now, so a mistake is reported here and not at the first request.
  let inner = withMiddleware(router, middleware)
  let stack: App | undefined

  let starting: LifespanScope | undefined
  const running = (): AsyncGenerator<unknown, unknown, void> => {
    const own = lifespan?.(application)
    if (own !== undefined && typeof own.next !== 'function') return own // the error is thrown where it is run
    const isOutermost = starting !== undefined && !isMounted(starting)
    resourcesOf(application).overrides = starting?.overrides
    const open = async (): Promise<void> => {
      if (isOutermost) await findEager(router.routes, { app: application })
    }
    return withResources(application, own, open)
  }

  const application: Application<State> = callable<Application<State>>(
    (scope, receive, send) => {
      stack ??= withLayer(inner, others, [])
      if (scope.type !== 'lifespan') {
        scope.app = application
        addMountedState(application, scope)
      } else if (!beginsLifespan(application, scope)) {
        return Promise.reject(new UnsupportedProtocol(scope.type))
      } else starting = scope
      if (scope.type !== 'http' && scope.type !== 'websocket') return stack(scope, receive, send)
      const outermost = new Outermost(table, scope, receive, send)
      try {
        return outermost.end(stack(scope, receive, outermost.send))
      } catch (error) {
        return outermost.end(Promise.reject(error))
      }
    },
    {
      kind: 'application',
      get routes() {
        return router.routes
      },
      get settings() {
        return readableSettings(
          middleware.length === 0 ? settings : { ...settings, middleware: [...middleware] },
        ).settings
      },
      add: router.add,
      addMiddleware: (added) => {
        if (stack !== undefined) throw tooLate()
        inner = withMiddleware(inner, [added])
        middleware.unshift(added)
      },
      addExceptionHandler: (key, handler) => handlers.add(key, handler as ExceptionHandler),
      urlPathFor: router.urlPathFor,
    },
  )
  declareRoot(application, (scope) => answersRoot(router, scope))
  return runsGuards(answersExceptions(participatesInLifespan(application)))
}

function noLifespan(given: unknown): TypeError {
  const what = 'the lifespan must be an async generator function'
  return invalid('Application', what, given, 'Write async function* () { … yield … }')
}

function tooLate(): TypeError {
  return new TypeError(
    'Application: a middleware was added after the application had started. Add it before serving, or wrap the application.',
  )
}
