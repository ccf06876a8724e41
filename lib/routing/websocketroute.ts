/** A path for websockets, and its handler. */

import { callGuards } from '#layers'
import type { PathParams } from '../convertors/params.ts'
import type { ErrorKey } from '../errors/handlers.ts'
import { answerException } from '../errors/handlers.ts'
import { UnsupportedProtocol } from '../exceptions.ts'
import { callable, refuseApp } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { closeAfter, owns } from '../internal/run.ts'
import { type ReadableSettings, readableSettings, SETTINGS, settingsIn } from '../layers/read.ts'
import type { LayerSettings } from '../layers/settings.ts'
import type { App, Failure } from '../types.ts'
import type { WebSocket } from '../websockets.ts'
import { standalone } from './dispatch.ts'
import { type AnyState, type Entry, pathsOf } from './entry.ts'
import { readPaths } from './path.ts'
import { answersExceptions, runsGuards, withLayer } from './wrapped.ts'

export interface WebSocketRouteOptions<Keys extends readonly ErrorKey[] = readonly ErrorKey[]>
  extends LayerSettings<Keys> {
  /** The name for `urlFor` (the handler's own name). */
  name?: string
}

/** Handles one websocket, from the handshake to the close. */
export type WebSocketHandler<Path extends string = string, State = Record<string, unknown>> = (
  websocket: WebSocket<PathParams<Path>, State>,
) => unknown

/** An app that serves one path for websockets. */
export interface WebSocketRoute<Path extends string = string, State = AnyState>
  extends App,
    ReadableSettings {
  readonly kind: 'websocket'
  /** The first path, if there are several. */
  readonly path: Path
  readonly paths: readonly Path[]
  readonly name: string
  /** The entry in the index of a router; the first, if there are several paths. */
  readonly entry: Entry
  /** The entries of all paths. */
  readonly entries: readonly Entry[]
  /** Only a type, never set: lets `Application` check that `lifespan` yields the state this handler reads. */
  readonly reads?: (state: State) => void
}

/**
 * Serves one or more paths for websockets. An HTTP route may have the same path.
 *
 * @throws TypeError if the path or the handler is invalid.
 * @example
 * WebSocketRoute('/hello', async (websocket) => {
 *   await websocket.accept()
 *   await websocket.sendText('hello')
 *   await websocket.close()
 * })
 */
export function WebSocketRoute<
  const Path extends string,
  State = Record<string, unknown>,
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
>(
  path: Path | readonly Path[],
  handler: WebSocketHandler<Path, State>,
  options: WebSocketRouteOptions<Keys> = {},
): WebSocketRoute<Path, State> {
  knownOptions('WebSocketRoute', options, `name ${SETTINGS}`)
  const paths = readPaths(path, 'WebSocketRoute')
  const where = `WebSocketRoute "${paths[0].path}"`
  if (typeof handler !== 'function') {
    throw new TypeError(
      `${where}: the handler must be a function (websocket) => …, ${typeof handler} was given. Is the name spelled right?`,
    )
  }
  refuseApp(handler, where)
  const settings = settingsIn(where, options)
  const app = withLayer(answersExceptions(conversation(handler)), settings)
  const entries = paths.map(
    (path): Entry => ({
      path,
      prefix: false,
      type: 'websocket',
      methods: undefined,
      get route() {
        return route
      },
      endpoint: handler,
      app,
    }),
  )
  const route: WebSocketRoute<Path, State> = callable<WebSocketRoute<Path, State>>(
    runsGuards(standalone(() => entries)),
    {
      kind: 'websocket',
      ...pathsOf<Path>(entries),
      name: options.name ?? handler.name,
      ...readableSettings(settings),
    },
  )
  return route
}

/** A websocket that any handler can be given, whatever its path and state. */
type HandlerWebSocket = WebSocket<never, never>

/**
 * Makes an app of a websocket handler. The application's exception handlers answer its errors, before and
 * after it has accepted.
 */
export function conversation(handler: (websocket: HandlerWebSocket) => unknown): App {
  return (scope, receive, send) => {
    if (scope.type !== 'websocket') return Promise.reject(new UnsupportedProtocol(scope.type))
    const run = (loaded: WebSocketsModule): Promise<void> => {
      const websocket = new loaded.WebSocket<never, never>(scope, receive, send)
      const isOwner = owns(scope, websocket)
      const answered = (failure: Failure | undefined): Promise<void> | undefined =>
        failure && answerException(failure.error, scope, receive, send, websocket)
      const ended = (failure?: Failure): Promise<void> | undefined =>
        scope.outcome?.dependencies?.endHandler(failure)?.then(answered) ?? answered(failure)
      // This is not an async function because its frame would stay in memory while the handler runs.
      const { settings } = scope
      const handled =
        settings?.guards === undefined
          ? callHandler(handler, websocket)
          : callGuards(settings, websocket).then(() => handler(websocket))
      const done = handled.then(
        () => ended(),
        (error) => ended({ error }),
      )
      return isOwner ? closeAfter(done, scope) : done
    }
    return websockets === undefined ? load().then(run) : run(websockets)
  }
}

type WebSocketsModule = typeof import('../websockets.ts')

/**
 * Loaded with the first websocket: the package's main entry point exports this file, and most programs have
 * no websockets.
 */
let websockets: WebSocketsModule | undefined

async function load(): Promise<WebSocketsModule> {
  websockets = await import('../websockets.ts')
  return websockets
}

/** Calls a handler, which may return a value instead of a promise, or throw before it returns. */
function callHandler<Given>(handler: (given: Given) => unknown, given: Given): Promise<unknown> {
  try {
    return Promise.resolve(handler(given))
  } catch (error) {
    return Promise.reject(error)
  }
}
