/** The types of the values of dependencies, and of the connections for which they can be found. */
import type { Connection } from '../connections.ts'
import type { Request } from '../requests.ts'
import type { App } from '../types.ts'
import type { WebSocket } from '../websockets.ts'

/** A request or a websocket, with any parameters and state. */
export type AnyConnection = Connection<unknown, unknown>

/**
 * The argument of `find` in a dependency with `until: 'shutdown'`, which belongs to no connection. Pass it
 * to `of()` of other such dependencies. In a lifespan, pass `{ app }`.
 *
 * @example
 * const settings = dependency(() => ({ url: 'memory:' }), { until: 'shutdown' })
 * async function* lifespan(app: Application) {
 *   console.debug(settings.of({ app }).url)
 *   yield {}
 * }
 */
export interface ApplicationContext {
  /** The outermost application. */
  readonly app: App
  /** The overrides by their dependencies, as in scopes (the overrides of the running lifespan). */
  readonly overrides?: ReadonlyMap<object, object> | undefined
}

/** The type that `of()` returns: the value, or a promise if `find` is async. */
// biome-ignore format: a table
export type Found<Result> =
  Result extends AsyncGenerator<infer Value, unknown, unknown> ? Promise<Value> :
  Result extends Generator<infer Value, unknown, unknown>      ? Value :
                                                                 Result

/**
 * The type that `of()` takes: the kind of connection that `find` declares. Parameters and state that `find`
 * does not declare may have any type.
 */
// biome-ignore format: a table
export type Accepted<From> =
  From extends WebSocket<infer Params, infer State>  ? WebSocket<Loose<Params>, Loose<State>> :
  From extends Request<infer Params, infer State>    ? Request<Loose<Params>, Loose<State>> :
  From extends Connection<infer Params, infer State> ? Connection<Loose<Params>, Loose<State>> :
                                                       From

type Loose<Values> = Record<string, unknown> extends Values ? unknown : Values

/** The value or, for an async dependency, the value or a promise. */
export type Given<Value> = Value extends Promise<infer Awaited> ? Awaited | Promise<Awaited> : Value

/** The type that the `find` of an override may return. */
export type FindResult<Value> =
  | Given<Value>
  | Generator<Awaited<Value>, unknown, unknown>
  | (Value extends Promise<infer Awaited> ? AsyncGenerator<Awaited, unknown, unknown> : never)
