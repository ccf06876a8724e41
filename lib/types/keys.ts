/** The scope keys that this package adds to those of ASGI, each with the module that sets it. */

/** The user of a connection; classes of your own may add to it. */
export interface User {
  readonly isAuthenticated: boolean
  /** A name to show, or `''`. */
  readonly displayName: string
}

/** What a user may do, and the claims of a token. */
export interface Auth {
  readonly scopes: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
}

/**
 * The limit of a request body. `bodyLimit()` makes one object, which all copies of the scope share; a
 * `bodyLimit()` further inside changes its `maxSize`, since the one nearest to the handler counts.
 */
export interface BodyLimit {
  /** In bytes; Infinity means no limit. */
  maxSize: number
}

/**
 * What the layers around an app say together, from the outermost inwards; one frozen object for each
 * combination of layers. A layer further inside puts another object into the scope.
 */
export interface MergedSettings {
  /** The status of the answer to invalid input; the nearest layer counts. */
  readonly status?: number
  /** Whether responses are checked against their schemas; the nearest layer counts. */
  readonly validateResponses?: boolean
  /** Whether OPTIONS is answered where no handler does; the nearest layer counts. */
  readonly automaticOptions?: boolean
  /** Makes of a value what JSON can say; the nearest layer counts. */
  readonly encode?: (value: unknown) => unknown
  /** The schemas of responses by status; for one status, the nearest layer counts. */
  readonly responses?: Readonly<Record<string, unknown>>
  /** Whatever was said of the routes; for one key, the nearest layer counts. */
  readonly meta?: Readonly<Record<PropertyKey, unknown>>
  /** What must let a connection pass before its handler is called, outer ones first. */
  readonly guards?: readonly { of(connection: never): unknown }[]
  /** What changes the responses of handlers, outer ones last. */
  readonly mapResponse?: readonly ((response: never, request: never) => unknown)[]
}

/** How a connection was served, for middleware outside that may hold an older copy of the scope. */
export interface ScopeOutcome<App> {
  /** The route that matched last. */
  route?: App
  /** The app or handler behind that route. */
  endpoint?: unknown
  /** The path of that route as it is written, with those of the mounts around it before it. */
  template?: string
  /** The bug that a 500 answers, set before that 500 starts. */
  error?: unknown
  /**
   * What closes the dependencies when it ends: the outermost application, or else the route. Set by
   * `errors()` and by routes, and removed at that end.
   */
  owner?: unknown
  /** The dependencies that were found so far; set by the first `of()`. */
  dependencies?: FoundDependencies | undefined
}

/** An error, which may be any value. */
export interface Failure {
  readonly error: unknown
}

/** The dependencies of a connection, as those parts see them that call handlers and end connections. */
export interface FoundDependencies {
  /** The first error of the connection, which is thrown into generators; set where errors are answered. */
  failure: Failure | undefined
  /**
   * Closes those that last until the handler has returned; resolves with the error to answer, if there
   * is one. Undefined if there is nothing to close.
   */
  endHandler(failure?: Failure): Promise<Failure | undefined> | undefined
  /**
   * Closes all.
   *
   * @param failure What the connection has failed with.
   * @param thrown The error that was not answered; it is thrown on.
   * @param recover Called with what clean-ups have thrown, unless an error is thrown on anyway.
   */
  close(
    failure: Failure | undefined,
    thrown: Failure | undefined,
    recover: (error: unknown) => Promise<void>,
  ): Promise<void>
}

/** The keys that are added to http and websocket scopes; all are absent until they are set. */
export interface ConnectionKeys<App> {
  /** `rootPath` before the first mount changed it; set by the first Mount or Host. */
  appRootPath?: string | undefined
  /** The innermost application; set by `Application`. */
  app?: App | undefined
  /** The outermost router; set by `Router`. */
  router?: App | undefined
  /** The paths of all mounts so far, as they are written; set by routing. */
  mountPath?: string | undefined
  /** The route that matched last; set by routing, for loggers outside. */
  route?: App | undefined
  /** The app or handler behind the route that matched last; set by routing. */
  endpoint?: unknown
  /** Converted parameters of every path and host matched so far; set by routing. */
  pathParams?: Record<string, unknown> | undefined
  /** How to answer thrown errors; set by `exceptions()` and `errors()`, read where handlers are called. */
  exceptionHandlers?: unknown
  /** What the layers around the app say together; set by layers, read where handlers are called. */
  settings?: MergedSettings | undefined
  /** The session of this visitor; set by `sessions()`, read as `request.session`. */
  session?: unknown
  /**
   * The most bytes that a reader of the body accepts by default (10 MB if absent); set by `bodyLimit()`.
   * A copy of the scope keeps its own, also if a reader further inside asks for more.
   */
  maxBodySize?: number | undefined
  /**
   * The limit that every `bodyLimit()` around the app checks, shared by all copies of the scope; set by
   * `bodyLimit()`, and raised by a reader that asks for more.
   */
  bodyLimit?: BodyLimit | undefined
  /** The user of the connection; set with `auth` by the middleware that authenticates. */
  user?: User | undefined
  /** What the user may do; set with `user` by the middleware that authenticates. */
  auth?: Auth | undefined
  /**
   * What is known so far of how the connection was served; one object, which all copies of the scope
   * share. Set by `errors()`, loggers or routing, whichever comes first.
   */
  outcome?: ScopeOutcome<App> | undefined
  /** The dependencies that others take the place of; set by `overriding()`, test clients and layers. */
  overrides?: ReadonlyMap<object, object> | undefined
}

/** The keys that are added to http scopes. */
export interface HTTPKeys {
  /**
   * Calls the listener once if the client leaves before the response is complete, at once if it has
   * left already; set by the server, absent if it cannot tell. In ASGI, only an app that reads the
   * whole body learns of a disconnect.
   */
  onDisconnect?: ((listener: () => void) => void) | undefined
  /**
   * Calls the listener once if the server begins to close before the app has ended, at once if it has
   * begun already; set by the server, absent if it cannot tell.
   */
  onDraining?: ((listener: () => void) => void) | undefined
}

/** The keys that are added to websocket scopes. */
export interface WebSocketKeys {
  /**
   * Calls the listener once when the peer has closed the socket or is gone, at once if that has
   * happened already, whatever was not received until then; set by the server, absent if it cannot
   * tell. In ASGI, only an app that receives all messages before it learns of it.
   */
  onDisconnect?: ((listener: () => void) => void) | undefined
}
