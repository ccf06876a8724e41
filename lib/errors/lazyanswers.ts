/**
 * Loads the debug page, and the answers to errors of websockets, when they are first needed. Most programs
 * never need them.
 */
import type { Request } from '../requests.ts'
import type { Response } from '../responses/response.ts'
import type * as websockets from './websockets.ts'

/** Shows a bug to a developer: as HTML for a browser, as text for other clients. */
export async function debugResponse(error: unknown, request: Request): Promise<Response> {
  const page = await import('./debug.ts')
  return page.debugResponse(error, request)
}

export async function answerWebSocket(
  ...given: Parameters<typeof websockets.answerWebSocket>
): Promise<void> {
  const { answerWebSocket } = await import('./websockets.ts')
  return answerWebSocket(...given)
}
