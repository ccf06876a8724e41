// Apps behind a cache that tell how often they were called, or wait until they may answer.
import { chain } from '../../lib/internal/apps.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { exceptions } from '../../lib/middleware/exceptions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { memoryStore } from '../../lib/stores.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { call, httpScope } from './scopes.ts'
import { responseOf, type Sent } from './sent.ts'

export interface Counted {
  readonly app: App
  count: number
}

/** An app that answers with the number of its calls. */
export function counted(headers: Record<string, string> = {}, status = 200): Counted {
  const one: Counted = {
    count: 0,
    app: (scope, receive, send) =>
      new PlainTextResponse(`answer ${++one.count}`, { headers, status }).respond(
        scope,
        receive,
        send,
      ),
  }
  return one
}

export type Get = (headers?: readonly string[], scope?: Partial<HTTPScope>) => Promise<Sent>

export function caching(app: App, options: object = {}): Get {
  const cached = cacheResponse({ store: memoryStore(), ...options })
  const wrapped = chain(lint(), exceptions(), cached, lint())(app)
  return async (headers = [], scope = {}) =>
    responseOf(await call(wrapped, httpScope({ headers: ['host', 'a', ...headers], ...scope })))
}

export interface Gated extends Counted {
  readonly release: () => void
}

/** An app that answers once it is let go. */
export function gated(headers: Record<string, string> = {}): Gated {
  const waiting: (() => void)[] = []
  const one = {
    count: 0,
    release: () => {
      for (const go of waiting.splice(0)) go()
    },
    app: (async (scope, receive, send) => {
      const text = `answer ${++one.count}`
      await new Promise<void>((resolve) => waiting.push(resolve))
      await new PlainTextResponse(text, { headers }).respond(scope, receive, send)
    }) as App,
  }
  return one
}

export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

/** Has a response cached for the path, after which requests for it wait for each other. */
export async function keptOnce(get: Get, one: Gated): Promise<void> {
  const first = get([], { queryString: 'first' })
  await settled()
  one.release()
  await first
  one.count = 0
}
