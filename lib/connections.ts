/** The common base of requests and websockets: the data of their scope. */

import type { PathParams } from './convertors/params.ts'
import { parseCookies } from './http/cookies.ts'
import { Headers } from './http/headers.ts'
import type { Session } from './http/session.ts'
import { baseURL, type Reversible, requestURL } from './http/urls.ts'
import { brand } from './types/brand.ts'
import type { Address, App, Auth, ConnectionScope, User } from './types.ts'

/** The parameters of `urlFor` for a given route, typed by its path. */
type RouteParams<Path extends string> = PathParams<Path> & Readonly<Record<string, unknown>>

/** A view of a scope. Each value is parsed once, when it is first read. */
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

  /**
   * The header fields, as a view of `scope.headers`. Changing them throws a TypeError: use `mapScope()` to
   * change the fields for an inner app.
   */
  get headers(): Headers {
    this.#headers ??= new RequestHeaders(this.scope.headers)
    return this.#headers
  }

  /** The whole URL. Its path is `scope.path`, whatever the Host field is. */
  get url(): URL {
    this.#url ??= requestURL(this.scope)
    return this.#url
  }

  /** The origin with the prefix of the outermost application, ending in "/". */
  get baseUrl(): URL {
    this.#baseUrl ??= baseURL(this.scope)
    return this.#baseUrl
  }

  /** The decoded query. Its `get` returns the first value of a name, and `getAll` returns all of them. */
  get queryParams(): URLSearchParams {
    this.#queryParams ??= new URLSearchParams(this.scope.queryString)
    return this.#queryParams
  }

  /** The converted path parameters, typed by the path of the route. */
  get pathParams(): Params {
    // Routing has set them with the convertors from which the type is derived.
    return (this.scope.pathParams ?? {}) as Params
  }

  /** Cookies by name, in an object without prototype. */
  get cookies(): Readonly<Record<string, string>> {
    this.#cookies ??= parseCookies(this.headers.getAll('cookie'))
    return this.#cookies
  }

  /** The peer's address, or null if it has none, for example on a unix socket. */
  get client(): Address | null {
    return this.scope.client
  }

  /** A shallow copy of the lifespan's state for this connection. Middleware may add to it. */
  get state(): State {
    this.scope.state ??= {}
    // The lifespan must yield a state of this type.
    return this.scope.state as State
  }

  /**
   * The session of the client.
   *
   * @throws TypeError if there is no `sessions()` middleware.
   */
  get session(): Session {
    const { session } = this.scope
    if (isSession(session)) return session
    throw new TypeError(
      'request.session: there is no sessions() middleware around this app. Put sessions({ secret }) around it.',
    )
  }

  /**
   * The user. It is not authenticated if the request has no valid credentials.
   *
   * @throws TypeError if there is no authentication middleware.
   */
  get user(): User {
    return this.scope.user ?? unauthenticated('user')
  }

  /**
   * The scopes of the user, and the claims of a token.
   *
   * @throws TypeError if there is no authentication middleware.
   */
  get auth(): Auth {
    return this.scope.auth ?? unauthenticated('auth')
  }

  /**
   * The innermost application.
   *
   * @throws TypeError if there is no Application.
   */
  get app(): App & Reversible {
    const { app } = this.scope
    if (app !== undefined && isReversible(app)) return app
    throw new TypeError(
      'request.app: there is no application around this app. Put it into an Application.',
    )
  }

  /**
   * Returns the absolute URL of a route, given by its name (`users:detail`) or as the Route itself.
   *
   * @throws NoMatchFound if no route has that name and those parameters.
   * @throws TypeError if a parameter has an invalid value, or there is no router.
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
        'request.urlFor: there is no router or application around this app. Put its routes into one.',
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
    `request.${name}: there is no authentication around this app. Put authentication(), basicAuth(), bearerAuth() or jwt() around it.`,
  )
}

/**
 * Whether the value is a session. Its members are checked because the middleware may come from another
 * copy of this package.
 */
function isSession(value: unknown): value is Session {
  return typeof value === 'object' && value !== null && 'data' in value && 'regenerate' in value
}

/** Read-only headers. A change would affect neither the scope nor an inner app, so it throws. */
class RequestHeaders extends Headers {
  override set(): never {
    throw readOnly('set')
  }

  override setDefault(): never {
    throw readOnly('setDefault')
  }

  override append(): never {
    throw readOnly('append')
  }

  override delete(): never {
    throw readOnly('delete')
  }

  override vary(): never {
    throw readOnly('vary')
  }
}

function readOnly(method: string): TypeError {
  return new TypeError(
    `request.headers: the fields of a request are read-only, ${method}() was called. Change the fields for inner apps by mapScope((scope) => ({ ...scope, headers })), or change a copy, Headers.from(request.headers).`,
  )
}
