/** Which apps have a route for `/`, so that a mount of them answers without the slash as well. */
import type { App } from '../types.ts'
import type { RoutedScope } from './entry.ts'
import type { Found } from './search.ts'

type AnswersRoot = (scope: RoutedScope) => boolean

/** On apps, whichever copy of this package made them. */
const ANSWERS_ROOT: unique symbol = Symbol.for('stellula.answersRoot') as never

interface Root {
  readonly [ANSWERS_ROOT]?: AnswersRoot
}

/** Says of an app when it has a route for its root. */
export function tellRoot<Rooted extends App>(app: Rooted, answers: AnswersRoot): Rooted {
  return Object.defineProperty(app, ANSWERS_ROOT, { value: answers })
}

/** Whether an app has a route for its root; files and apps of others would lead links elsewhere. */
export function answersRoot(app: object, scope: RoutedScope): boolean {
  return (app as Root)[ANSWERS_ROOT]?.(scope) ?? false
}

/**
 * Whether something that was found for a path with a slash at its end answers for that without it
 * too: a mount with just that prefix.
 */
export function answersWithoutSlash({ match }: Found, path: string, scope: RoutedScope): boolean {
  if (match === undefined || match.rest !== path.length) return false
  return match.entry.answersPrefix?.(scope) ?? false
}

/** Whether what was found for `/` is a route, or a mount of an app that has one. */
export function isRoot({ match, partial }: Found, scope: RoutedScope): boolean {
  if (match === undefined) return partial.length > 0
  return !match.entry.prefix || (match.entry.answersPrefix?.(scope) ?? false)
}
