/** Applies a middleware's changes of method and URL to the scope of the app. */
import type { IncomingMessage } from 'node:http'
import type { HTTPScope } from '../../types.ts'
import { targetOf } from '../fromnode/target.ts'

/**
 * Returns the same scope if nothing has changed, otherwise a copy.
 *
 * @throws TypeError if the URL is not a path with a query.
 */
export function changedScope(scope: HTTPScope, request: IncomingMessage): HTTPScope {
  const { url = '', method = scope.method } = request
  const target = targetOf(scope)
  if (url === target.url) return method === scope.method ? scope : { ...scope, method }
  const question = url.indexOf('?')
  const rawRest = question < 0 ? url : url.slice(0, question)
  const rest = decodePath(rawRest)
  if (rest === undefined || !rest.startsWith('/')) {
    throw new TypeError(
      `fromConnect: request.url must be a path that begins with "/", a middleware has set ${JSON.stringify(url)}. Encode it as a path.`,
    )
  }
  return {
    ...scope,
    method,
    path: (target.baseUrl === '' ? '' : scope.rootPath) + rest,
    rawPath: target.baseUrl + rawRest,
    queryString: question < 0 ? '' : url.slice(question + 1),
  }
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
