/** Answers exceptions that have a handler. Others are rethrown. */

import { answeringBy } from '../errors/boundary.ts'
import type {
  ErrorKey,
  ExceptionHandlerEntries,
  ExceptionHandlerEntry,
} from '../errors/handlers.ts'
import { named } from '../internal/apps.ts'
import { check } from '../internal/checks.ts'
import type { StateMiddleware } from '../types.ts'

/**
 * Registers handlers for all routes inside, and answers exceptions that no route answered.
 *
 * HTTPException has a default handler, which shows its detail as plain text. For keys that are not given
 * here, the handlers of an outer application or `exceptions()` still apply. An exception after the start
 * of the response cannot be answered: it is wrapped and rethrown.
 *
 * @param handlers Pairs of a key, which is a status or an error class, and its handler.
 * @throws TypeError if an entry is not such a pair.
 * @example
 * const app = exceptions([[404, () => new PlainTextResponse('nothing here', { status: 404 })]])(
 *   Router([Route('/', () => new PlainTextResponse('home'))]),
 * )
 */
export function exceptions<
  const Keys extends readonly ErrorKey[] = readonly ErrorKey[],
  State = Record<string, unknown>,
>(handlers?: ExceptionHandlerEntries<Keys, State>): StateMiddleware<State> {
  check(
    'exceptions',
    handlers === undefined || Array.isArray(handlers),
    'the argument must be a list of pairs',
    handlers,
    'Write exceptions([[404, (request, error) => …]])',
  )
  return named('exceptions', answeringBy([...(handlers ?? [])] as ExceptionHandlerEntry[]))
}
