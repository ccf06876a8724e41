/** Handlers that build the URL of the route that the query names. */
import type { Request } from '../../../lib/requests.ts'
import { JSONResponse } from '../../../lib/responses.ts'
import { NoMatchFound } from '../../../lib/routing.ts'
import { lastOf } from './shared.ts'

/** `?name=N&p.K=V`: the absolute URL, looked for in the outermost router. */
export const urlFor = (request: Request): JSONResponse =>
  answer(() => ({ url: request.urlFor(nameOf(request), paramsOf(request)) }))

/** `?name=N&p.K=V`: the path, looked for in the innermost application. */
export const urlPathFor = (request: Request): JSONResponse =>
  answer(() => {
    const { path, protocol, host } = request.app.urlPathFor(nameOf(request), paramsOf(request))
    return { path, protocol, host }
  })

function answer(build: () => unknown): JSONResponse {
  try {
    return new JSONResponse(build())
  } catch (error) {
    if (error instanceof TypeError) return new JSONResponse({ error: 'invalid-param' })
    if (!(error instanceof NoMatchFound)) throw error
    const [message] = error.message.split('\n') // what follows is a hint
    return new JSONResponse({ error: 'NoMatchFound', message })
  }
}

function nameOf(request: Request): string {
  return lastOf(request, 'name') ?? ''
}

/** The values stay text. */
function paramsOf({ queryParams }: Request): Record<string, string> {
  const pairs = [...queryParams].filter(([name]) => name.startsWith('p.'))
  return Object.fromEntries(pairs.map(([name, value]) => [name.slice(2), value]))
}
