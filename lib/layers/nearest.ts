/** Settings of which the nearest one counts: the outermost layer acts, those inside tell it how. */

import { changeStart } from '../authoring/changestart.ts'
import { takesCacheField } from '../http/cachefield.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { isRead } from '../http/methods.ts'
import { runFinally } from '../internal/run.ts'
import type { HTTPScope, Middleware, ScopeOutcome } from '../types.ts'
import { Deadline } from './deadline.ts'
import type { TimeLimit } from './read.ts'

/** By what all copies of a scope share. */
const DEADLINES = new WeakMap<ScopeOutcome, Deadline>()
const FIELDS = new WeakMap<ScopeOutcome, { value: string | false }>()

/** Limits the time of an app; a layer further inside begins anew with its own limit, or with none. */
export function nearestTimeout(limit: TimeLimit | false): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const outcome = outcomeOf(scope)
    const running = DEADLINES.get(outcome)
    if (running !== undefined) running.restart(limit)
    if (running !== undefined || limit === false) return app(scope, receive, send)
    const deadline = new Deadline(limit, scope, receive, send)
    DEADLINES.set(outcome, deadline)
    const run = (): Promise<void> => deadline.run(app)
    return runFinally(run, scope, receive, send, () => DEADLINES.delete(outcome))
  }
}

/** Adds `Cache-Control` to what caches may store, by the value of the layer nearest to the handler. */
export function nearestCacheControl(value: string | false): Middleware {
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' || !isRead(scope.method)) return app(scope, receive, send)
    const outcome = outcomeOf(scope)
    const known = FIELDS.get(outcome)
    if (known !== undefined) {
      known.value = value
      return app(scope, receive, send)
    }
    const field = { value }
    FIELDS.set(outcome, field)
    const adding = changeStart(send, (message) => {
      const { value } = field
      if (value === false || !takesCacheField(message, value)) return message
      return withHeaders(message, [...message.headers, 'cache-control', value])
    })
    return runFinally(app, scope, receive, adding, () => FIELDS.delete(outcome))
  }
}

function outcomeOf(scope: HTTPScope): ScopeOutcome {
  scope.outcome ??= {}
  return scope.outcome
}
