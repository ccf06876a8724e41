/** The types of what a dependency gives, and of the connections that it can be asked for with. */
import type { Connection } from '../connections.ts'
import type { Request } from '../requests.ts'
import type { App } from '../types.ts'
import type { WebSocket } from '../websockets.ts'

/** A request or a websocket, whatever its parameters and state. */
export type AnyConnection = Connection<unknown, unknown>

/**
 * What the `find` of a dependency with `until: 'shutdown'` is given, since it belongs to no connection.
 * Other dependencies of that kind can be asked for with it, and with `{ app }` in a lifespan.
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
  /** The dependencies that others take the place of, as in scopes (those of the running lifespan). */
  readonly overrides?: ReadonlyMap<object, object> | undefined
}

/** What `of()` gives: the value itself, or a promise if `find` is async. */
// biome-ignore format: a table
export type Found<Result> =
  Result extends AsyncGenerator<infer Value, unknown, unknown> ? Promise<Value> :
  Result extends Generator<infer Value, unknown, unknown>      ? Value :
                                                                 Result

/**
 * What `of()` takes: the kind of connection that `find` names. Parameters and state that `find` does not
 * name may be any.
 */
// biome-ignore format: a table
export type Accepted<From> =
  From extends WebSocket<infer Params, infer State>  ? WebSocket<Loose<Params>, Loose<State>> :
  From extends Request<infer Params, infer State>    ? Request<Loose<Params>, Loose<State>> :
  From extends Connection<infer Params, infer State> ? Connection<Loose<Params>, Loose<State>> :
                                                       From

type Loose<Values> = Record<string, unknown> extends Values ? unknown : Values

/** The value itself or, of an async dependency, the value or a promise. */
export type Given<Value> = Value extends Promise<infer Awaited> ? Awaited | Promise<Awaited> : Value

/** What a `find` may return that takes the place of another. */
export type FindResult<Value> =
  | Given<Value>
  | Generator<Awaited<Value>, unknown, unknown>
  | (Value extends Promise<infer Awaited> ? AsyncGenerator<Awaited, unknown, unknown> : never)
