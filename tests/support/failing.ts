// Answers to errors, which are made outside of the middleware that the error went through.
import { errorBoundary } from '../../lib/errors/boundary.ts'
import { errors } from '../../lib/middleware/errors.ts'
import type { HTTPScope, Middleware, SendMessage } from '../../lib/types.ts'
import { httpScope, receiving } from './scopes.ts'
import { responseOf, type Sent } from './sent.ts'

/** What the client gets when the app inside throws a bug. */
export async function answerToBug(
  middleware: Middleware,
  scope: HTTPScope = httpScope(),
): Promise<Sent> {
  const bug = new Error('kaput')
  const sent: SendMessage[] = []
  const app = errors()(middleware(errorBoundary(() => Promise.reject(bug))))
  const collect = async (message: SendMessage) => void sent.push(message)
  await app(scope, receiving([]), collect).catch((error: unknown) => {
    if (error !== bug) throw error
  })
  return responseOf(sent)
}
