/** The debug page: HTML for a browser, JSON for a client that asks for it, text for others. */

import { asksForType } from '../http/accept.ts'
import type { Request } from '../requests.ts'
import { HTMLResponse, JSONResponse, PlainTextResponse } from '../responses/bodies.ts'
import type { Response } from '../responses/response.ts'
import { adviceFor } from './advice.ts'
import { debugPage } from './debugpage.ts'
import { chainOf, DEBUG_OPTIONS, debugText, titleOf } from './debugtext.ts'
import { asObjects, factsOf } from './facts.ts'

export { debugPage } from './debugpage.ts'
export { debugText } from './debugtext.ts'

export function debugResponse(error: unknown, request: Request): Response {
  const format = debugFormat(request)
  if (format === 'html') return new HTMLResponse(debugPage(error, request), DEBUG_OPTIONS)
  return format === 'json'
    ? new JSONResponse(debugJSON(error, request), DEBUG_OPTIONS)
    : new PlainTextResponse(debugText(error), DEBUG_OPTIONS)
}

/**
 * Returns the format by the types that `Accept` names. For `*\/*`, which curl and fetch send, it is text.
 */
export function debugFormat({ headers }: Request): 'html' | 'json' | 'text' {
  const accept = headers.getAll('accept').join(',')
  if (asksForType(accept, 'text/html')) return 'html'
  return asksForType(accept, 'application/json') ? 'json' : 'text'
}

function debugJSON(error: unknown, request: Request): object {
  const chain = chainOf(error)
  const [first, ...causes] = chain.map((link) => ({
    error: link instanceof Error ? titleOf(link) : String(link),
    stack: link instanceof Error ? (link.stack ?? '').split('\n').slice(1) : [],
  }))
  const facts = asObjects(factsOf(request))
  return { status: 500, ...first, advice: adviceFor(chain), causes, request: facts }
}
