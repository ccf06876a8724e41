/** The types of a client's calls, from the types of routes. */
import type { Route } from '../routing/route.ts'
import type { WebSocketRoute } from '../routing/websocketroute.ts'

/**
 * The type of an API: a list of routes, or lists by the prefix below which they are mounted.
 *
 * @example
 * const users = [Route('/{id:int}', show)] as const
 * const call = client<{ '/users': typeof users }>('https://example.org')
 * call satisfies (key: 'GET /users/{id:int}', options: { params: { id: number } }) => unknown
 */
export type Api = readonly unknown[] | { readonly [prefix: `/${string}`]: Api }

/**
 * The calls and websockets of an API, to be extended by an interface. The compiler looks a call up in an
 * interface in constant time; in a list of routes, the time grows with the number of routes.
 *
 * @example
 * const users = [Route('/{id:int}', show)] as const
 * interface Users extends ApiOf<{ '/users': typeof users }> {}
 * const call = client<Users>('https://example.org')
 * call satisfies (key: 'GET /users/{id:int}', options: { params: { id: number } }) => unknown
 */
export type ApiOf<Given extends Api> = Calls<Given> & { readonly [sockets]: Sockets<Given> }

/** A key that exists only in types, and no call can have. */
declare const sockets: unique symbol

/** The member of an API's interface besides its calls: the paths of its websockets. */
export interface AnyApi {
  readonly [sockets]: string
}

/** The calls of an API. */
export type CallsFor<Given> = Given extends AnyApi ? Given : Calls<Given>

/** The websocket paths of an API. */
export type SocketsFor<Given> = Given extends AnyApi ? Given[typeof sockets] : Sockets<Given>

/** One call: a method, a path, and the contract of the operation. */
export interface Call<Key extends string, Path extends string, Contract> {
  readonly key: Key
  readonly path: Path
  readonly contract: Contract
}

/** The calls of an API by their keys, such as `GET /users/{id:int}`. */
export type Calls<Given> = Keyed<CallsIn<Given, ''>>

type Keyed<All> = { readonly [One in All as KeyOf<One>]: One }

type KeyOf<Given> = Given extends Call<infer Key, string, unknown> ? Key : never

type CallsIn<Given, Prefix extends string> = Given extends readonly (infer One)[]
  ? CallsOf<One, Prefix>
  : {
      [Name in keyof Given & string]: CallsIn<Given[Name], Joined<Prefix, Name>>
    }[keyof Given & string]

type CallsOf<Given, Prefix extends string> =
  Given extends Route<infer Path, infer _State, infer Served>
    ? CallsAt<Path extends Path ? Joined<Prefix, Path> : never, Served>
    : never

/** The calls of each path, if a route has several. */
type CallsAt<Path, Served> = Path extends string
  ? {
      [Method in keyof Served & string]: Call<`${Method} ${Path}`, Path, Served[Method]>
    }[keyof Served & string]
  : never

/** A route for `/` answers the prefix itself. */
type Joined<Prefix extends string, Path extends string> = Prefix extends ''
  ? Path
  : Path extends '/'
    ? Prefix
    : Prefix extends '/'
      ? Path
      : `${Prefix}${Path}`

/** The paths of websocket routes. */
export type Sockets<Given, Prefix extends string = ''> = Given extends readonly (infer One)[]
  ? SocketsOf<One, Prefix>
  : {
      [Name in keyof Given & string]: Sockets<Given[Name], Joined<Prefix, Name>>
    }[keyof Given & string]

type SocketsOf<Given, Prefix extends string> =
  Given extends WebSocketRoute<infer Path, infer _State> ? Joined<Prefix, Path> : never
