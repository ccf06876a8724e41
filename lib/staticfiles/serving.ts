/** The app around static files, which is the same for directories and sources. */
import { answerException } from '../errors/handlers.ts'
import { notFoundException } from '../exceptions/common.ts'
import { HTTPException, UnsupportedProtocol } from '../exceptions.ts'
import { requestURL } from '../http/urls.ts'
import { RedirectResponse } from '../responses/bodies.ts'
import { routePath } from '../routing/entry.ts'
import type { App, HTTPScope } from '../types.ts'

/** Finds the response for the rest of the path after the mount; `'slash'` to redirect there. */
type FindAnswer = (scope: HTTPScope, path: string) => Promise<App | 'slash' | undefined>

/** Returns an app that serves files to GET and HEAD. */
export function servingFiles(find: FindAnswer): App {
  return async (scope, receive, send) => {
    if (scope.type === 'websocket') return send({ type: 'websocket.close', code: 1000, reason: '' })
    if (scope.type !== 'http') throw new UnsupportedProtocol(scope.type)
    let answer: App
    try {
      answer = await answerTo(find, scope)
    } catch (error) {
      return answerException(error, scope, receive, send)
    }
    return answer(scope, receive, send)
  }
}

async function answerTo(find: FindAnswer, scope: HTTPScope): Promise<App> {
  if (scope.method !== 'GET' && scope.method !== 'HEAD') throw methodNotAllowed()
  const answer = await find(scope, routePath(scope))
  if (answer === 'slash') return withSlash(scope)
  if (answer !== undefined) return answer
  scope.onUnmatched?.()
  throw notFoundException()
}

function methodNotAllowed(): HTTPException {
  return new HTTPException(405, undefined, { headers: { allow: 'GET, HEAD' } })
}

/** The query is kept (ST-26). */
function withSlash(scope: HTTPScope): App {
  const response = new RedirectResponse(requestURL({ ...scope, path: `${scope.path}/` }))
  return (scope, receive, send) => response.respond(scope, receive, send)
}
