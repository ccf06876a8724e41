/** Loads the debug page with the first bug that is shown. */
import type { Request } from '../requests.ts'
import type { Response } from '../responses/response.ts'

/** HTML for a browser, text for other clients. */
export async function debugResponse(error: unknown, request: Request): Promise<Response> {
  const page = await import('./debug.ts')
  return page.debugResponse(error, request)
}
