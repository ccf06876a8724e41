/** Which apps have a route for `/`, so that a mount of them answers without the slash as well. */
import type { App } from '../types.ts'
import type { RoutedScope } from './entry.ts'
import type { Found } from './search.ts'

type AnswersRoot = (scope: RoutedScope) => boolean

/** Kept beside the apps: it is no matter of those who use them. */
const known = new WeakMap<object, AnswersRoot>()

/** Says of an app when it has a route for its root. */
export function tellRoot<Rooted extends App>(app: Rooted, answers: AnswersRoot): Rooted {
  known.set(app, answers)
  return app
}

/** Whether an app has a route for its root; files and apps of others would lead links elsewhere. */
export function answersRoot(app: object, scope: RoutedScope): boolean {
  return known.get(app)?.(scope) ?? false
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
