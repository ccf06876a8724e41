/** From the types of routes to the calls that a client has. */
import type { Route } from '../routing/route.ts'
import type { WebSocketRoute } from '../routing/websocketroute.ts'

/**
 * What a client is made for: a list of routes, or lists by the prefix below which they are mounted.
 *
 * @example
 * const users = [Route('/{id:int}', show)] as const
 * const call = client<{ '/users': typeof users }>('https://example.org')
 * call satisfies (key: 'GET /users/{id:int}', options: { params: { id: number } }) => unknown
 */
export type Api = readonly unknown[] | { readonly [prefix: `/${string}`]: Api }

/**
 * The calls and websockets of an API, for an interface of it. The compiler finds a call on an interface at
 * once; on a list of routes, each call costs it the more, the more routes there are.
 *
 * @example
 * const users = [Route('/{id:int}', show)] as const
 * interface Users extends ApiOf<{ '/users': typeof users }> {}
 * const call = client<Users>('https://example.org')
 * call satisfies (key: 'GET /users/{id:int}', options: { params: { id: number } }) => unknown
 */
export type ApiOf<Given extends Api> = Calls<Given> & { readonly [sockets]: Sockets<Given> }

/** A key of types, which no call can have. */
declare const sockets: unique symbol

/** What an interface of an API has, next to its calls: the paths of its websockets. */
export interface AnyApi {
  readonly [sockets]: string
}

/** The calls of what a client is made for. */
export type CallsFor<Given> = Given extends AnyApi ? Given : Calls<Given>

/** The paths of websockets of what a client is made for. */
export type SocketsFor<Given> = Given extends AnyApi ? Given[typeof sockets] : Sockets<Given>

/** One call: a method on a path, and what the operation declares of it. */
export interface Call<Key extends string, Path extends string, Contract> {
  readonly key: Key
  readonly path: Path
  readonly contract: Contract
}

/** The calls of an API, by their keys, such as `GET /users/{id:int}`. */
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

/** Of each path, if a route has several. */
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
