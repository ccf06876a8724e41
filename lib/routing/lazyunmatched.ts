/** Explains a 404 if debug is on. The page is loaded with the first one. */
import { handlersOf } from '../errors/handlers.ts'
import { answerHTTPException } from '../errors/table.ts'
import type { HTTPException } from '../exceptions.ts'
import type { App, HTTPScope } from '../types.ts'

/** Returns the response that lists the routes, if debug is on and the application has no handler for 404. */
export function explainUnmatched(error: HTTPException, scope: HTTPScope): App | undefined {
  const handlers = handlersOf(scope)
  if (handlers.debug !== true || handlers.find(error) !== answerHTTPException) return undefined
  return async (scope, receive, send) => {
    const { unmatchedResponse } = await import('./unmatchedresponse.ts')
    return unmatchedResponse(scope as HTTPScope)(scope, receive, send)
  }
}
