/** Dependencies of handlers, found once for each connection or application, and cleaned up after it. */
import type { Connection } from '../connections.ts'
import { check, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { brand } from '../types/brand.ts'
import type { ConnectionScope } from '../types.ts'
import { contextOf, foundForApplication, noConnection, startedContext } from './application.ts'
import { foundFor } from './connection.ts'
import type { Until } from './entry.ts'
import type {
  Accepted,
  AnyConnection,
  ApplicationContext,
  FindResult,
  Found,
  Given,
} from './found.ts'
import type { Provider } from './holder.ts'
import { Override, overrideOf } from './overrides.ts'

export interface DependencyOptions {
  /**
   * When a generator cleans up: after the last byte and the background work of the `response`, or after the
   * disconnect; or right after the `handler`, before the response ('response').
   */
  until?: 'response' | 'handler'
  /** The name in errors (that of the function). */
  name?: string
}

export interface ApplicationDependencyOptions {
  /** Finds it once for the application, and cleans up when the lifespan ends. */
  until: 'shutdown'
  /** Finds it at startup if the contract of a route lists it; otherwise at its first use (false). */
  eager?: boolean
  /** The name in errors (that of the function). */
  name?: string
}

/** A value that handlers need; made by `dependency()`. */
export interface Dependency<Value = unknown, From = AnyConnection> {
  readonly name: string
  readonly until: Until
  readonly eager: boolean
  /**
   * Returns the value for this connection, which `find` returns or yields, as a promise if `find` is async.
   * `find` is called once for each connection.
   *
   * @throws TypeError if the dependency needs itself, or is a generator that nothing would close.
   * @throws Error of `find`, if `find` is not async.
   */
  of(connection: From): Value
  /**
   * Returns an override, from a value or another `find`. A function is used as `find`, so write `() => fn`
   * for a value that is a function. Pass an async function instead of one that returns a promise.
   *
   * @example
   * const clock = dependency(() => new Date())
   * const fixed = clock.as(new Date(0))
   * const later = clock.as(() => new Date(Date.now() + 1000))
   */
  as(
    replacement:
      | Exclude<Given<Value>, (...args: never) => unknown>
      | ((connection: From) => FindResult<Value>),
  ): Override
}

/** A dependency with any value, for any connection. */
export interface AnyDependency extends Dependency {}

/**
 * Declares a value that handlers need. `find` gets the connection, and returns the value or a promise of
 * it, or is a generator that yields the value and then cleans up.
 *
 * Clean-ups run last in, first out. An error of the request is thrown into generators at their `yield`:
 * an error of the handler (HTTPException included) or of the response, or a ClientDisconnected. With
 * `until: 'handler'` an error of a clean-up is answered as an error of the handler; otherwise it is
 * logged. The other clean-ups run in any case.
 *
 * @throws TypeError if `find` is not a function, or an option is invalid.
 * @example
 * const database = dependency(() => new Map([['tea', 3]]), { until: 'shutdown' })
 * const stock = dependency(async function* stock(request) {
 *   const changes = new Map<string, number>()
 *   yield changes
 *   for (const [item, left] of changes) database.of(request).set(item, left) // nothing after an error
 * }, { until: 'handler' })
 * Route('/sell/{item}', async (request) => {
 *   const changes = await stock.of(request)
 *   changes.set(request.pathParams.item, 0)
 *   return new PlainTextResponse('sold')
 * })
 */
export function dependency<Result>(
  find: (application: ApplicationContext) => Result,
  options: ApplicationDependencyOptions,
): Dependency<Found<Result>, AnyConnection | ApplicationContext>
export function dependency<Result, From extends AnyConnection = Connection>(
  find: (connection: From) => Result,
  options?: DependencyOptions,
): Dependency<Found<Result>, Accepted<From>>
export function dependency(
  find: (target: never) => unknown,
  options: DependencyOptions | ApplicationDependencyOptions = {},
): AnyDependency {
  return new Findable(find, options)
}

/** Whether a value was made by `dependency()`. */
export function isDependency(value: unknown): value is AnyDependency {
  return value instanceof Findable
}

const UNTIL: readonly unknown[] = ['handler', 'response', 'shutdown']

/** The results of `Object.prototype.toString` for async functions. */
const ASYNC = ['[object AsyncFunction]', '[object AsyncGeneratorFunction]']

class Findable implements Dependency {
  static {
    brand(Findable, 'Dependency')
  }

  readonly name: string
  readonly until: Until
  readonly eager: boolean
  readonly #provider: Provider
  readonly #overridden = new WeakMap<Override, Provider>()

  constructor(
    find: (target: never) => unknown,
    options: DependencyOptions | ApplicationDependencyOptions,
  ) {
    const { until = 'response', eager = false, name } = checkOptions(find, options)
    this.name = name ?? (find.name || '(no name)')
    this.until = until
    this.eager = eager
    const isAsync = ASYNC.includes(Object.prototype.toString.call(find))
    this.#provider = { key: this, name: this.name, until, isAsync, find }
  }

  of(target: AnyConnection | ApplicationContext): unknown {
    if ('scope' in target) {
      const { scope } = target
      if (this.until === 'shutdown') return this.#ofApplication(contextOf(scope, this.name))
      return foundFor(scope).get(this.#providerIn(scope), target)
    }
    if (this.until !== 'shutdown') throw noConnection(this.name)
    return this.#ofApplication(target)
  }

  #ofApplication(given: ApplicationContext): unknown {
    const context = 'overrides' in given ? given : startedContext(given.app)
    return foundForApplication(context.app).get(this.#providerIn(context), context)
  }

  #providerIn({ overrides }: Pick<ConnectionScope, 'overrides'>): Provider {
    const override = overrideOf(this, overrides)
    if (override === undefined) return this.#provider
    const known = this.#overridden.get(override)
    if (known !== undefined) return known
    const provider = { ...this.#provider, key: override, find: override.find }
    this.#overridden.set(override, provider)
    return provider
  }

  as(replacement: unknown): Override {
    const find = typeof replacement === 'function' ? replacement : () => replacement
    return new Override(this, find as Provider['find'])
  }
}

interface FindOptions {
  readonly until?: Until
  readonly eager?: boolean
  readonly name?: string
}

function checkOptions(find: unknown, options: FindOptions): FindOptions {
  check(
    'dependency',
    typeof find === 'function',
    'find must be a function',
    find,
    'Write dependency((request) => value)',
  )
  knownOptions('dependency', options, 'until eager name')
  const { until = 'response', eager } = options
  if (!UNTIL.includes(until)) {
    throw invalid(
      'dependency',
      'until must be "response", "handler" or "shutdown"',
      until,
      'Leave it out for "response"',
    )
  }
  check(
    'dependency',
    eager !== true || until === 'shutdown',
    'eager needs until: "shutdown"',
    until,
    'Leave eager out',
  )
  return options
}
