/** Exception handlers that answer every error with a problem document (RFC 9457). */

import type { Connection } from '../connections.ts'
import {
  answerHTTPException,
  type ErrorClass,
  type ExceptionHandlerEntry,
} from '../errors/table.ts'
import { HTTPException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { Response } from '../responses/response.ts'
import { type ProblemTypeEntry, ProblemTypes } from './document.ts'
import { documentResponse } from './response.ts'

export interface ProblemDetailsOptions {
  /** The types of problems by status, or by class of errors; a Problem of another type keeps its own (none). */
  types?: Iterable<ProblemTypeEntry>
  /**
   * Whether clients that prefer HTML or plain text get that (true). Otherwise all clients get the
   * document.
   */
  accept?: boolean
}

/** Entries for `exceptionHandlers`: of HTTPException, of bugs, and of the classes in `types`. */
export type ProblemHandlers = readonly [
  ExceptionHandlerEntry<typeof HTTPException>,
  ExceptionHandlerEntry<500>,
  ...ExceptionHandlerEntry<ErrorClass>[],
]

/**
 * Returns exception handlers that answer with problem documents: every HTTPException, with its own fields,
 * and every bug, without any detail. Pass them to an application or to `exceptions()`. Write your own
 * handlers before them, because TypeScript does not infer the types of handlers after a spread.
 *
 * According to `Accept`, browsers get a page and text clients get text, and the response has `Vary:
 * Accept`. Clients that accept everything get the document. Exceptions below 400, such as redirects, are
 * answered as usual.
 *
 * @throws TypeError if an option is invalid; RangeError if a class has no status.
 * @example
 * class OutOfStock extends Error {}
 * const app = Application({
 *   exceptionHandlers: [
 *     ...problemDetails({
 *       types: [
 *         [404, 'https://example.org/problems/not-found'],
 *         [OutOfStock, { status: 409, title: 'Out of stock' }],
 *       ],
 *     }),
 *   ],
 * })
 */
export function problemDetails(options: ProblemDetailsOptions = {}): ProblemHandlers {
  knownOptions('problemDetails', options, 'types accept')
  const types = new ProblemTypes(options.types ?? [])
  const negotiates = options.accept ?? true
  const answer = (request: Pick<Connection, 'headers'>, error: unknown): Response => {
    const document = types.documentOf(error)
    const { status = 500 } = document
    const headers = error instanceof HTTPException ? error.headers : []
    return documentResponse(document, status, headers, negotiates ? acceptOf(request) : null)
  }
  return [
    [
      HTTPException,
      (request, error) =>
        error.status < 400 ? answerHTTPException(request, error) : answer(request, error),
    ],
    [500, answer],
    ...types.classes.map((key) => [key, answer] as const),
  ]
}

/**
 * Returns the response for a problem: its document, or HTML or text for clients that prefer these.
 *
 * @param error The problem, or any other HTTPException.
 * @example
 * class OutOfStock extends Error {}
 * exceptions([[OutOfStock, (request) => problemResponse(request, new Problem({ status: 409 }))]])
 */
export function problemResponse(
  request: Pick<Connection, 'headers'>,
  error: HTTPException,
): Response {
  const document = new ProblemTypes([]).documentOf(error)
  return documentResponse(document, error.status, error.headers, acceptOf(request))
}

function acceptOf({ headers }: Pick<Connection, 'headers'>): string {
  return headers.getAll('accept').join(',')
}
