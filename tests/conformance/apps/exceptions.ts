/** Routes of `main` that throw. */
import { HTTPException } from '../../../lib/exceptions.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import type { App } from '../../../lib/types.ts'
import { excHeaders, excHTTP, excRuntime, lastOf } from './shared.ts'

/** Throws when its response is half sent. */
function afterStart(error: () => Error): App {
  return async (_scope, _receive, send) => {
    const headers = ['content-type', 'text/plain']
    const body = new TextEncoder().encode('started')
    await send({ type: 'http.response.start', status: 200, headers })
    await send({ type: 'http.response.body', body, moreBody: true })
    throw error()
  }
}

export const exceptions: readonly Routable[] = [
  Route('/exc/http/{code:int}', excHTTP),
  Route('/exc/detail', (request) => {
    throw new HTTPException(400, lastOf(request, 'd') ?? 'custom détail')
  }),
  Route('/exc/headers', excHeaders),
  Route('/exc/headers-204', () => {
    throw new HTTPException(204, undefined, { headers: { 'X-Extra': '1' } })
  }),
  Route('/exc/ct', () => {
    throw new HTTPException(418, '{"a":1}', { headers: { 'Content-Type': 'application/json' } })
  }),
  Route('/exc/runtime', excRuntime),
  Route('/exc/runtime-sync', () => {
    throw new Error('sync boom')
  }),
  Route('/exc/after-start', () => afterStart(() => new Error('too late')), { methods: [] }),
  Route('/exc/http-after-start', () => afterStart(() => new HTTPException(406)), { methods: [] }),
]
