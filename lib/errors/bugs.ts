/** Answers bugs: errors without a handler. */

import { debugResponse } from '#answers'
import { followsDisconnect } from '../exceptions/common.ts'
import { ClientDisconnected } from '../exceptions.ts'
import { asText } from '../internal/handled.ts'
import type { Request } from '../requests.ts'
import { PlainTextResponse } from '../responses/bodies.ts'
import { toApp } from '../responses/response.ts'
import type { App, ConnectionScope, ScopeOutcome } from '../types.ts'
import type { ExceptionHandlers } from './table.ts'

/**
 * Answers a bug with a 500 where it was thrown, and rethrows it.
 *
 * The answer passes through all middleware around that place, so it has the fields that they add. The
 * scope's outcome holds the error before the answer starts, so that sessions are not saved. Without
 * `errors()` around, the server answers.
 */
export async function answerBug(
  error: unknown,
  request: Request,
  handlers: ExceptionHandlers,
): Promise<never> {
  if (handlers.debug === undefined || followsDisconnect(error, request.scope)) throw error
  const { scope, receive, send } = request
  const answer = madeBefore(scope, error) ?? (await answerOf(error, request, handlers))
  noteBug(scope, answer)
  await answer.app(scope, receive, send).catch(ignoreDeparture)
  throw answer.error
}

/** Calls the handler of bugs even if its answer is too late to be sent. */
export async function tellBug(
  error: unknown,
  request: Request,
  handlers: ExceptionHandlers,
): Promise<never> {
  const answer = await answerOf(error, request, handlers)
  noteBug(request.scope, answer)
  throw answer.error
}

/** Whether this error was already answered as a bug. */
export function isAnsweredBug({ outcome }: ConnectionScope, error: unknown): boolean {
  return outcome?.error !== undefined && outcome.error === error
}

/** The answers to bugs, in case a middleware drops an answer and rethrows the bug. */
const ANSWERS = new WeakMap<ScopeOutcome, BugAnswer>()

function madeBefore(scope: ConnectionScope, error: unknown): BugAnswer | undefined {
  return isAnsweredBug(scope, error) && scope.outcome ? ANSWERS.get(scope.outcome) : undefined
}

function noteBug(scope: ConnectionScope, answer: BugAnswer): void {
  scope.outcome ??= {}
  scope.outcome.error = answer.error
  ANSWERS.set(scope.outcome, answer)
}

/** The answer to a bug, and the error for the log: a combined one if the handler of 500 fails. */
interface BugAnswer {
  readonly app: App
  readonly error: unknown
}

async function answerOf(
  error: unknown,
  request: Request,
  { debug, serverError }: ExceptionHandlers,
): Promise<BugAnswer> {
  if (debug === true) {
    return { app: toApp(await debugResponse(error, request), 'debug'), error }
  }
  if (serverError === undefined) return { app: plain(), error }
  try {
    const answer = await serverError(request, error)
    return { app: toApp(answer, 'exceptionHandlers: the handler of 500'), error }
  } catch (failure) {
    // Both go to the log, or the original bug would be lost.
    const both = new AggregateError(
      [failure, error],
      `exceptionHandlers: the handler of 500 failed (${textOf(failure)}), called for another error (${textOf(error)}).`,
    )
    return { app: plain(), error: both }
  }
}

function plain(): App {
  return toApp(new PlainTextResponse('Internal Server Error', { status: 500 }), 'errors')
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : asText(error)
}

/** A disconnect while the answer is sent does not hide the bug, which still goes to the log. */
function ignoreDeparture(error: unknown): void {
  if (!(error instanceof ClientDisconnected)) throw error
}
