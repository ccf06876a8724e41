/** What a layer does at run time, as middleware. */
import { overriding } from '../dependencies/overrides.ts'
import type { ExceptionHandlerEntry } from '../errors/handlers.ts'
import { answeringBy } from '../errors/within.ts'
import type { App, Middleware } from '../types.ts'
import { exchanging } from './exchange.ts'
import { mergeOf } from './merged.ts'
import type { LayerSettings } from './settings.ts'

/**
 * The middleware of the settings themselves, the first outermost. None of them throws on its own; the
 * user's middleware goes inside.
 */
export function compiled(settings: LayerSettings): Middleware[] {
  const { exceptionHandlers, overrides } = settings
  const merge = mergeOf(settings)
  return [
    exceptionHandlers && answeringBy(exceptionHandlers as readonly ExceptionHandlerEntry[]),
    merge && setting(merge),
    overrides && overriding(overrides),
    ...exchanging(settings),
  ].filter((made) => typeof made === 'function')
}

function setting(merge: NonNullable<ReturnType<typeof mergeOf>>): Middleware {
  return (app): App =>
    (scope, receive, send) => {
      if (scope.type !== 'lifespan') scope.settings = merge(scope.settings)
      return app(scope, receive, send)
    }
}
