/** The outermost layer: every error becomes an answer, and bugs go on to the server's log. */
import { asText } from '../calls/tell.ts'
import { caught } from '../calls.ts'
import {
  answerException,
  type ExceptionHandler,
  type ExceptionHandlerEntry,
  ExceptionHandlers,
} from '../exceptionhandlers.ts'
import { ClientDisconnected } from '../exceptions.ts'
import { type Tracked, trackPhase, trackStart } from '../guard.ts'
import { Request } from '../requests.ts'
import { PlainTextResponse } from '../responses/bodies.ts'
import { toApp } from '../responses/response.ts'
import { sendChanged } from '../responsestart.ts'
import type {
  App,
  HTTPScope,
  Middleware,
  NotedChange,
  Receive,
  Send,
  WebSocketScope,
} from '../types.ts'

export interface ErrorsOptions {
  /** Show the error and its stack to the client; never in production (false). */
  debug?: boolean
  /** Handlers; the one for 500 or for Error answers bugs, others what middleware throws (none). */
  handlers?: ExceptionHandlers | Iterable<ExceptionHandlerEntry>
}

/**
 * Answers exceptions that have a handler, and bugs with a 500 that tells nothing.
 *
 * The answer carries what middleware inside adds to the start of responses, such as CORS headers.
 *
 * A bug is thrown on after it was answered, so that the server logs it. The handler of bugs is called
 * even when the response has started; what it answers is dropped then.
 *
 * @example
 * const app = errors({ debug: true })(() => Promise.reject(new Error('kaput')))
 */
export function errors(options: ErrorsOptions = {}): Middleware {
  const { debug = false, handlers = [] } = options
  const table = handlers instanceof ExceptionHandlers ? handlers : new ExceptionHandlers(handlers)
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const changes: NotedChange[] = []
    scope.exceptionHandlers = table
    scope.startChanges = changes
    const tracked = scope.type === 'http' ? trackStart(send, scope) : trackPhase(send)
    return caught(app, scope, receive, tracked.send, (error) =>
      recover(error, scope, receive, send, tracked, { debug, table, changes }),
    )
  }
}

interface Settings {
  readonly debug: boolean
  readonly table: ExceptionHandlers
  /** What middleware inside, which an error has passed, does to answers. */
  readonly changes: readonly NotedChange[]
}

async function recover(
  error: unknown,
  scope: HTTPScope | WebSocketScope,
  receive: Receive,
  send: Send,
  tracked: Tracked,
  { debug, table, changes }: Settings,
): Promise<void> {
  if (error instanceof ClientDisconnected) throw error
  scope.exceptionHandlers = table // an application inside may have put its own there
  const sender = sendChanged(changes, tracked.send)
  const bug =
    scope.type === 'http' && tracked.started
      ? { error }
      : await attempt(() => answerException(error, scope, receive, sender, tracked.phase))
  if (bug === undefined) return
  if (scope.type === 'http') {
    const request = new Request(scope, receive, tracked.send)
    const answer = await answerBug(bug.error, request, debug, table.serverError)
    if (!tracked.started) {
      await answer.respond(scope, receive, sendChanged(changes, send)).catch(ignoreDeparture)
    }
  }
  throw bug.error
}

/** Nobody is left to be told, but a bug is one all the same, and goes on to the log. */
function ignoreDeparture(error: unknown): void {
  if (!(error instanceof ClientDisconnected)) throw error
}

/** What a function throws, in an object since it may be undefined too; nothing when all is well. */
async function attempt(run: () => Promise<void>): Promise<{ error: unknown } | undefined> {
  try {
    await run()
    return undefined
  } catch (error) {
    return { error }
  }
}

async function answerBug(
  error: unknown,
  request: Request,
  debug: boolean,
  handler: ExceptionHandler | undefined,
): Promise<Answering> {
  if (debug) {
    const { debugResponse } = await import('#debugpage')
    return debugResponse(error, request)
  }
  if (handler === undefined) return new PlainTextResponse('Internal Server Error', { status: 500 })
  try {
    return {
      respond: toApp(await handler(request, error), 'exceptionHandlers: the handler of 500'),
    }
  } catch (failure) {
    // The log is to have both: the bug that was to be answered would be lost.
    throw new AggregateError(
      [failure, error],
      `exceptionHandlers: the handler of 500 failed (${textOf(failure)}), called for another error (${textOf(error)}).`,
    )
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : asText(error)
}

/** A response, or the app that a handler gave instead. */
interface Answering {
  respond: App
}
