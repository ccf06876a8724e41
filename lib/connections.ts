/** What a request and a websocket have in common: everything that the scope tells. */

import type { PathParams } from './convertors/params.ts'
import { parseCookies } from './http/cookies.ts'
import { Headers } from './http/headers.ts'
import type { Session } from './http/session.ts'
import { baseURL, type Reversible, requestURL } from './http/urls.ts'
import { brand } from './types/brand.ts'
import type { Address, App, Auth, ConnectionScope, User } from './types.ts'

/** The parameters of `urlFor` when the route itself is given, checked against its path. */
export type RouteParams<Path extends string> = PathParams<Path> & Readonly<Record<string, unknown>>

/** A look at a scope; nothing is parsed before it is asked for, and then once. */
export class Connection<Params = Record<string, unknown>, State = Record<string, unknown>> {
  static {
    brand(Connection, 'Connection')
  }

  readonly scope: ConnectionScope
  #headers: Headers | undefined
  #url: URL | undefined
  #baseUrl: URL | undefined
  #queryParams: URLSearchParams | undefined
  #cookies: Readonly<Record<string, string>> | undefined

  constructor(scope: ConnectionScope) {
    this.scope = scope
  }

  /** The header fields, as a view over `scope.headers`. */
  get headers(): Headers {
    this.#headers ??= new Headers(this.scope.headers)
    return this.#headers
  }

  /** The whole URL; its path is `scope.path`, whatever the Host field holds. */
  get url(): URL {
    this.#url ??= requestURL(this.scope)
    return this.#url
  }

  /** Origin and prefix of the outermost application, ending in "/". */
  get baseUrl(): URL {
    this.#baseUrl ??= baseURL(this.scope)
    return this.#baseUrl
  }

  /** The query, decoded; `get` gives the first value of a name, `getAll` all of them. */
  get queryParams(): URLSearchParams {
    this.#queryParams ??= new URLSearchParams(this.scope.queryString)
    return this.#queryParams
  }

  /** The converted parameters of the path, typed by the route's path literal. */
  get pathParams(): Params {
    // Routing has filled them by the convertors that the type was read from.
    return (this.scope.pathParams ?? {}) as Params
  }

  /** Cookies by name, in an object without prototype. */
  get cookies(): Readonly<Record<string, string>> {
    this.#cookies ??= parseCookies(this.headers.getAll('cookie'))
    return this.#cookies
  }

  /** The peer's address, or null when there is none, as for a unix socket. */
  get client(): Address | null {
    return this.scope.client
  }

  /** What the lifespan yielded, shallow-copied for this connection; middleware may add to it. */
  get state(): State {
    this.scope.state ??= {}
    // The type is the promise of whoever wrote the lifespan.
    return this.scope.state as State
  }

  /**
   * What is kept of this visitor between requests.
   *
   * @throws TypeError when no `sessions()` is around.
   */
  get session(): Session {
    const { session } = this.scope
    if (isSession(session)) return session
    throw new TypeError(
      'request.session: no sessions() middleware is around this app. Put sessions({ secret }) before it.',
    )
  }

  /**
   * Who the connection is from; a user that is not authenticated when nobody said.
   *
   * @throws TypeError when no middleware around has authenticated it.
   */
  get user(): User {
    return this.scope.user ?? unauthenticated('user')
  }

  /**
   * What the user may do, and the claims of a token.
   *
   * @throws TypeError when no middleware around has authenticated it.
   */
  get auth(): Auth {
    return this.scope.auth ?? unauthenticated('auth')
  }

  /**
   * The innermost application.
   *
   * @throws TypeError when no Application is around.
   */
  get app(): App & Reversible {
    const { app } = this.scope
    if (app !== undefined && isReversible(app)) return app
    throw new TypeError(
      'request.app: no application is around this app. Put it into an Application.',
    )
  }

  /**
   * The absolute URL of a route, by its name (`users:detail`) or by the Route itself.
   *
   * @throws NoMatchFound when nothing has that name and those parameters.
   * @throws TypeError for a value that the parameter cannot have, or when no router is around.
   * @example
   * request.urlFor('users:detail', { id: 7 }).href
   */
  urlFor(name: string, params?: Readonly<Record<string, unknown>>): URL
  urlFor<Path extends string>(
    route: App & { readonly path: Path },
    ...params: Record<never, never> extends PathParams<Path>
      ? [params?: RouteParams<Path>]
      : [params: RouteParams<Path>]
  ): URL
  urlFor(target: unknown, params: Readonly<Record<string, unknown>> = {}): URL {
    const router = this.scope.router ?? this.scope.app
    if (router === undefined || !isReversible(router)) {
      throw new TypeError(
        'request.urlFor: no router or application is around this app. Put its routes into one.',
      )
    }
    return router.urlPathFor(target, params).absolute(this.baseUrl)
  }
}

function isReversible(app: App): app is App & Reversible {
  return 'urlPathFor' in app
}

function unauthenticated(name: 'user' | 'auth'): never {
  throw new TypeError(
    `request.${name}: nothing around this app authenticates. Put authentication(), basicAuth(), bearerAuth() or jwt() around it.`,
  )
}

/** By what it has: a middleware may come from another copy of this package. */
function isSession(value: unknown): value is Session {
  return typeof value === 'object' && value !== null && 'data' in value && 'regenerate' in value
}
