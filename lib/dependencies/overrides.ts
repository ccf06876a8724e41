/** Replaces dependencies, for tests and for parts of an application. */
import { check, invalid } from '../internal/checks.ts'
import { brand } from '../types/brand.ts'
import type { Middleware } from '../types.ts'

/** The replacement of a dependency; made by `dependency.as()`. */
export class Override {
  static {
    brand(Override, 'Override')
  }

  /** The dependency that it replaces. */
  readonly dependency: object
  readonly find: (target: never) => unknown

  constructor(dependency: object, find: (target: never) => unknown) {
    this.dependency = dependency
    this.find = find
  }
}

type Overrides = ReadonlyMap<object, object>

/**
 * Returns middleware that replaces dependencies in the app inside it. If several overrides are for the
 * same dependency, the innermost one is used.
 *
 * @throws TypeError if an item is not an override, or two are for the same dependency.
 * @example
 * const clock = dependency(() => new Date())
 * const app = overriding([clock.as(new Date(0))])(
 *   Route('/', (request) => new PlainTextResponse(clock.of(request).toISOString())),
 * )
 */
export function overriding(overrides: readonly Override[]): Middleware {
  const own = tableOf(overrides)
  const merged = new WeakMap<Overrides, Overrides>()
  const within = (outer: Overrides | undefined): Overrides => {
    if (outer === undefined) return own
    const known = merged.get(outer) ?? new Map([...outer, ...own])
    merged.set(outer, known)
    return known
  }
  return (app) => (scope, receive, send) => {
    if ('path' in scope) scope.outcome ??= {} // all copies of the scope share it
    return app({ ...scope, overrides: within(scope.overrides) }, receive, send)
  }
}

function tableOf(overrides: readonly Override[]): Overrides {
  check(
    'overriding',
    Array.isArray(overrides),
    'the overrides must be a list',
    overrides,
    'Write [db.as(fake)]',
  )
  const table = new Map<object, object>()
  for (const override of overrides) {
    if (!(override instanceof Override)) {
      throw invalid('overriding', 'an override must come from as()', override, 'Write db.as(fake)')
    }
    if (table.has(override.dependency)) {
      throw new TypeError(
        'overriding: two overrides are for the same dependency. Leave one of them out.',
      )
    }
    table.set(override.dependency, override)
  }
  return table
}

/** Returns the override of a dependency; undefined if it has no override. */
export function overrideOf(
  dependency: object,
  overrides: Overrides | undefined,
): Override | undefined {
  return overrides?.get(dependency) as Override | undefined
}
