/**
 * Settings of which the innermost one applies. The outermost layer acts, with the value of the innermost
 * one.
 */

import { changeStart } from '../authoring/changestart.ts'
import { mayAddCacheField } from '../http/cachefield.ts'
import { withHeaders } from '../http/fieldlists.ts'
import { isRead } from '../http/methods.ts'
import { runFinally } from '../internal/run.ts'
import type { HTTPScope, Middleware, ScopeOutcome } from '../types.ts'
import { Deadline } from './deadline.ts'
import type { TimeLimit } from './read.ts'

/** The keys are the outcomes, which all copies of a scope share. */
const DEADLINES = new WeakMap<ScopeOutcome, Deadline>()
const FIELDS = new WeakMap<ScopeOutcome, { value: string | false }>()

/**
 * Limits the time of an app. An inner layer restarts the time with its own limit, or removes the limit.
 */
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

/** Adds `Cache-Control` to responses that caches may store, with the value of the innermost layer. */
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
      if (value === false || !mayAddCacheField(message, value)) return message
      return withHeaders(message, [...message.headers, 'cache-control', value])
    })
    return runFinally(app, scope, receive, adding, () => FIELDS.delete(outcome))
  }
}

function outcomeOf(scope: HTTPScope): ScopeOutcome {
  scope.outcome ??= {}
  return scope.outcome
}
