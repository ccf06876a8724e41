/** The scope keys that this package adds to those of ASGI, each with the module that sets it. */

/** The user of a connection. Your own classes may have more members. */
export interface User {
  readonly isAuthenticated: boolean
  /** A name to show, or `''`. */
  readonly displayName: string
}

/** The permissions of a user, and the claims of a token. */
export interface Auth {
  readonly scopes: readonly string[]
  readonly claims?: Readonly<Record<string, unknown>>
}

/**
 * The limit of a request body. `bodyLimit()` makes one object, which all copies of the scope share. An
 * inner `bodyLimit()` changes its `maxSize`, because the innermost limit applies.
 */
export interface BodyLimit {
  /** In bytes; Infinity means no limit. */
  maxSize: number
}

/**
 * The merged settings of the layers around an app. There is one frozen object for each combination of
 * layers. An inner layer puts another object into the scope.
 */
export interface MergedSettings {
  /** The status of the response to invalid input. The innermost layer's value is used. */
  readonly status?: number
  /** Whether responses are checked against their schemas. The innermost layer's value is used. */
  readonly validateResponses?: boolean
  /**
   * Whether OPTIONS is answered automatically if no handler answers it. The innermost layer's value is
   * used.
   */
  readonly automaticOptions?: boolean
  /** Converts a value to one that JSON can represent. The innermost layer's encoder is used. */
  readonly encode?: (value: unknown) => unknown
  /** The schemas of responses by status. For each status the innermost layer's schema is used. */
  readonly responses?: Readonly<Record<string, unknown>>
  /** Further data about the routes. For each key the innermost layer's value is used. */
  readonly meta?: Readonly<Record<PropertyKey, unknown>>
  /** The guards that are called before the handler, outer ones first. */
  readonly guards?: readonly { of(connection: never): unknown }[]
  /** The functions that change the responses of handlers, outer ones last. */
  readonly mapResponse?: readonly ((response: never, request: never) => unknown)[]
}

/** How a connection was served, for outer middleware, which may have an older copy of the scope. */
export interface ScopeOutcome<App> {
  /** The route that matched last. */
  route?: App
  /** The app or handler of that route. */
  endpoint?: unknown
  /** The path template of that route, with the paths of its mounts before it. */
  template?: string
  /** The bug for which a 500 is sent, set before that 500 starts. */
  error?: unknown
  /**
   * The outermost application, or else the route. When it ends, it closes the dependencies. Set by
   * `errors()` and by routes, and removed at that end.
   */
  owner?: unknown
  /** The dependencies that were found so far. Set by the first `of()`. */
  dependencies?: FoundDependencies | undefined
}

/** An error, which may be any value. */
export interface Failure {
  readonly error: unknown
}

/** The dependencies of a connection, for the code that calls handlers and ends connections. */
export interface FoundDependencies {
  /** The first error of the connection, which is thrown into generators. Set where errors are answered. */
  failure: Failure | undefined
  /**
   * Closes the dependencies that last until the handler has returned. Resolves with the error to answer,
   * if there is one. Returns undefined if there is nothing to close.
   */
  endHandler(failure?: Failure): Promise<Failure | undefined> | undefined
  /**
   * Closes all dependencies.
   *
   * @param failure The error with which the connection has failed.
   * @param thrown The error that was not answered. It is rethrown.
   * @param recover Called with the errors of clean-ups, unless `thrown` is rethrown.
   */
  close(
    failure: Failure | undefined,
    thrown: Failure | undefined,
    recover: (error: unknown) => Promise<void>,
  ): Promise<void>
}

/** The keys that are added to http and websocket scopes. They are absent until they are set. */
export interface ConnectionKeys<App> {
  /** `rootPath` before the first mount changed it; set by the first Mount or Host. */
  appRootPath?: string | undefined
  /** The innermost application; set by `Application`. */
  app?: App | undefined
  /** The outermost router; set by `Router`. */
  router?: App | undefined
  /** The path templates of all mounts so far; set by routing. */
  mountPath?: string | undefined
  /** The route that matched last; set by routing, for loggers outside. */
  route?: App | undefined
  /** The app or handler of the route that matched last; set by routing. */
  endpoint?: unknown
  /** Converted parameters of every path and host matched so far; set by routing. */
  pathParams?: Record<string, unknown> | undefined
  /** How to answer thrown errors; set by `exceptions()` and `errors()`, read where handlers are called. */
  exceptionHandlers?: unknown
  /** The merged settings of the layers around the app; set by layers, read where handlers are called. */
  settings?: MergedSettings | undefined
  /** The session of this client; set by `sessions()`, read as `request.session`. */
  session?: unknown
  /**
   * The maximum number of bytes that a reader of the body accepts by default (10 MB if absent); set by
   * `bodyLimit()`. A copy of the scope keeps its value, even if an inner reader has a higher limit.
   */
  maxBodySize?: number | undefined
  /**
   * The limit that every `bodyLimit()` around the app checks, shared by all copies of the scope; set by
   * `bodyLimit()`, and raised by a reader with a higher limit.
   */
  bodyLimit?: BodyLimit | undefined
  /** The user of the connection; set with `auth` by the middleware that authenticates. */
  user?: User | undefined
  /** The permissions of the user; set with `user` by the middleware that authenticates. */
  auth?: Auth | undefined
  /**
   * How the connection was served so far. It is one object, which all copies of the scope share; set by
   * `errors()`, loggers or routing, whichever comes first.
   */
  outcome?: ScopeOutcome<App> | undefined
  /** The replacements of dependencies; set by `overriding()`, test clients and layers. */
  overrides?: ReadonlyMap<object, object> | undefined
}

/** The keys that are added to http scopes. */
export interface HTTPKeys {
  /**
   * Calls the listener once if the client disconnects before the response is complete, or at once if it
   * has disconnected already. Set by the server, and absent if it cannot detect this. In ASGI, an app must
   * read the whole body before it receives a disconnect.
   */
  onDisconnect?: ((listener: () => void) => void) | undefined
  /**
   * Calls the listener once if the server begins to close before the app has ended, or at once if it has
   * begun already. Set by the server, and absent if it cannot detect this.
   */
  onDraining?: ((listener: () => void) => void) | undefined
}

/** The keys that are added to websocket scopes. */
export interface WebSocketKeys {
  /**
   * Calls the listener once when the peer has closed the socket or disconnected, or at once if that has
   * happened already, even if messages are still queued. Set by the server, and absent if it cannot detect
   * this. In ASGI, an app must receive all messages before the disconnect.
   */
  onDisconnect?: ((listener: () => void) => void) | undefined
}
