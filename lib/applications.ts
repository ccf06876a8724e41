/** Routes, middleware, error handling and a lifespan as one app. */

import {
  type ErrorKey,
  type ExceptionHandler,
  type ExceptionHandlerEntries,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
  type ThrownBy,
} from './errors/handlers.ts'
import { UnsupportedProtocol } from './exceptions.ts'
import type { Reversible, URLPath } from './http/urls.ts'
import { callable, chain } from './internal/apps.ts'
import { knownOptions } from './internal/knownoptions.ts'
import { wrong } from './internal/must.ts'
import { SETTINGS, said, settingsIn } from './layers/read.ts'
import type { LayerSettings } from './layers/settings.ts'
import { adoptState, beginsLifespan, isMounted, takesPart } from './lifespan/marks.ts'
import { findEager, resourcesOf, withResources } from './lifespan/resources.ts'
import { errors } from './middleware/errors.ts'
import type { AnyResponse } from './responses/response.ts'
import { answersRoot, tellRoot } from './routing/dispatch.ts'
import type { AnyState } from './routing/entry.ts'
import type { Routable } from './routing/reverse.ts'
import { Router } from './routing/router.ts'
import { answersExceptions, asksGuards, surrounded } from './routing/wrapped.ts'
import type { App, LifespanScope, StateMiddleware } from './types.ts'

/** The settings are those of a layer around all routes. */
export interface ApplicationOptions<
  State = AnyState,
  Keys extends readonly ErrorKey[] = readonly ErrorKey[],
> extends Omit<LayerSettings, 'middleware' | 'exceptionHandlers'> {
  /** In the order in which they are tried (none). */
  routes?: readonly Routable<State>[]
  /** Middleware around the routes; the first is outermost (none). */
  middleware?: readonly StateMiddleware<State>[]
  /**
   * What answers which errors, by status or class; 500 or Error answers bugs (defaults only). The key
   * gives the type of the error: `[OutOfStock, (request, error) => …]`.
   */
  exceptionHandlers?: ExceptionHandlerEntries<Keys, NoInfer<State>>
  /**
   * Startup and shutdown, given the application; what it yields is `request.state` (none). Mounted
   * applications have theirs: they start after it, in order, and stop before it, in reverse.
   */
  lifespan?: (app: Application) => AsyncGenerator<State, unknown, void>
  /** Show bugs to the client; never in production (false). */
  debug?: boolean
  /** Whether a path that differs in its last slash is redirected (true). */
  redirectSlashes?: boolean
  /** What answers where no route matches (404). */
  default?: App | AnyResponse
}

/**
 * An app that can be looked at, asked for URLs, and added to.
 *
 * What its handlers read of the state is its own lifespan's to yield, also where it is mounted.
 */
export interface Application<State = AnyState> extends App, Reversible {
  readonly kind: 'application'
  readonly routes: readonly Routable<State>[]
  /** What its own options say: one layer, or none. */
  readonly settings: readonly LayerSettings[]
  /** Appends routes; allowed while the router serves. */
  readonly add: (...routes: readonly Routable<State>[]) => void
  /** Puts a middleware around the others; throws once the application has been called. */
  readonly addMiddleware: (middleware: StateMiddleware<State>) => void
  /** Adds or replaces a handler. */
  readonly addExceptionHandler: <Key extends ErrorKey>(
    key: Key,
    handler: ExceptionHandler<ThrownBy<Key>, State>,
  ) => void
  /** The path of a route by its name, or of the route itself; throws NoMatchFound. */
  readonly urlPathFor: (target: unknown, params?: Readonly<Record<string, unknown>>) => URLPath
}

/**
 * Puts an app together, from outside inwards: errors, middleware, router.
 *
 * An error is answered right outside of the handler or middleware that threw it, so the middleware
 * further out sees the answer. Bugs are then thrown on to the server, which logs them.
 *
 * @throws TypeError for something that is no route, no middleware or no handler.
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
  if (lifespan !== undefined && typeof lifespan !== 'function') throw noLifespan(lifespan)
  const handlers = new ExceptionHandlers(
    options.exceptionHandlers as readonly ExceptionHandlerEntry[],
  )
  const settings = settingsIn('Application', options)
  const middleware = [...(options.middleware ?? [])]
  chain(...middleware) // a mistake in the list is told here, not at the first request
  const router = Router<State>(routes, {
    redirectSlashes,
    lifespan: () => running(),
    ...(options.default === undefined ? {} : { default: options.default }),
  })
  let stack: App | undefined
  const build = (): App => errors({ debug, handlers })(layered())
  // Its handlers for exceptions are those of `errors`.
  const { exceptionHandlers: _handlers, ...others } = settings ?? {}
  const layered = (): App => surrounded(router, others, middleware)

  let starting: LifespanScope | undefined
  const running = (): AsyncGenerator<unknown, unknown, void> => {
    const own = lifespan?.(application)
    if (own !== undefined && typeof own.next !== 'function') return own // told where it is run
    const isOutermost = starting !== undefined && !isMounted(starting)
    resourcesOf(application).overrides = starting?.overrides
    const open = async (): Promise<void> => {
      if (isOutermost) await findEager(router.routes, { app: application })
    }
    return withResources(application, own, open)
  }

  const application: Application<State> = callable<Application<State>>(
    (scope, receive, send) => {
      stack ??= build()
      if (scope.type !== 'lifespan') {
        scope.app = application
        adoptState(application, scope)
      } else if (!beginsLifespan(application, scope)) {
        return Promise.reject(new UnsupportedProtocol(scope.type))
      } else starting = scope
      return stack(scope, receive, send)
    },
    {
      kind: 'application',
      get routes() {
        return router.routes
      },
      get settings() {
        return said(
          middleware.length === 0 ? settings : { ...settings, middleware: [...middleware] },
        ).settings
      },
      add: router.add,
      addMiddleware: (added) => {
        if (stack !== undefined) throw tooLate()
        chain(added)
        middleware.unshift(added)
      },
      addExceptionHandler: (key, handler) => handlers.add(key, handler as ExceptionHandler),
      urlPathFor: router.urlPathFor,
    },
  )
  tellRoot(application, (scope) => answersRoot(router, scope))
  return asksGuards(answersExceptions(takesPart(application)))
}

function noLifespan(given: unknown): TypeError {
  const what = 'the lifespan must be an async generator function'
  return wrong('Application', what, given, 'Write async function* () { … yield … }')
}

function tooLate(): TypeError {
  return new TypeError(
    'Application: a middleware was added after the application had started. Add it before serving, or wrap the application.',
  )
}
