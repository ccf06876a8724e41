/** Limits the time that a request may take. */

import { refusing } from '../authoring/refusing.ts'
import { named } from '../internal/apps.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { limitingTime } from '../layers/deadline.ts'
import { readTimeout } from '../layers/read.ts'
import type { TimeoutOptions } from '../layers/settings.ts'
import type { Middleware } from '../types.ts'

export type { TimeoutOptions } from '../layers/settings.ts'

/**
 * Answers 503 to a request that takes too long, or aborts its response if that has started.
 *
 * The app sees this as a disconnect: `request.signal` aborts, `receive` returns a disconnect, and `send`
 * rejects. An app that ignores this keeps running, and the request ends only when the app does. Background
 * tasks are not limited.
 *
 * @throws RangeError if the time or the status is invalid.
 * @example
 * Route('/report', async (request) => {
 *   const answer = await fetch(upstream, { signal: request.signal })
 *   return new PlainTextResponse(await answer.text())
 * }, { middleware: [timeout({ ms: 5000, status: 504 })] })
 */
export function timeout(options: TimeoutOptions): Middleware {
  knownOptions('timeout', options, 'ms status untilStart')
  const time = readTimeout('timeout', options)
  return named('timeout', refusing([options.status ?? 503], limitingTime(time)))
}
