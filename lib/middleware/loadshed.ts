/** Refuses requests that a busy process could only answer late. */

import { refusing } from '../authoring/refusing.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, mustRange } from '../internal/must.ts'
import { runFinally } from '../internal/run.ts'
import type { Middleware, Receive, Send } from '../types.ts'
import { Pressure } from './loadshed/pressure.ts'

export interface LoadShedOptions {
  /** The most requests at once, streams and background work included; websockets do not count (no limit). */
  maxInFlight?: number
  /** How late the event loop may be, in ms, as it was last measured (no limit). */
  maxEventLoopDelayMs?: number
  /** The most bytes of the heap that may be in use, where the runtime tells it (no limit). */
  maxHeapBytes?: number
  /** The seconds after which clients may try again, for `Retry-After` (1). */
  retryAfter?: number
  /** Whole paths that are always answered (['/livez', '/readyz']). */
  except?: readonly string[]
}

/**
 * Answers 503 with `Retry-After` before the app is called, as long as one of the limits is exceeded.
 * Websockets are closed with 1013, "try again later".
 *
 * A process that is late with everything serves less and less; one that refuses what is too much serves
 * the rest in time. The answer is that of an HTTPException, so exception handlers may write it.
 *
 * @throws TypeError if there is no limit, or RangeError for an option that is out of range.
 * @example
 * const app = Application({
 *   middleware: [loadShed({ maxInFlight: 200, maxEventLoopDelayMs: 250, except: ['/health'] })],
 * })
 */
export function loadShed(options: LoadShedOptions): Middleware {
  knownOptions(
    'loadShed',
    options,
    'maxInFlight maxEventLoopDelayMs maxHeapBytes retryAfter except',
  )
  assertOptions(options)
  const { maxInFlight = Number.POSITIVE_INFINITY, retryAfter = 1 } = options
  const except = new Set(options.except ?? ['/livez', '/readyz'])
  const pressure = new Pressure(options)
  const headers = { 'retry-after': String(retryAfter) }
  let inFlight = 0
  const leave = (): void => {
    inFlight--
  }
  return refusing([503], (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (except.has(scope.path)) return app(scope, receive, send)
    const isTooMuch = inFlight >= maxInFlight || pressure.isHigh()
    if (scope.type === 'websocket') {
      return isTooMuch ? refuse(receive, send) : app(scope, receive, send)
    }
    if (isTooMuch) {
      const error = new HTTPException(503, undefined, { headers })
      return answerException(error, scope, receive, send)
    }
    inFlight++
    return runFinally(app, scope, receive, send, leave)
  })
}

/** A close code can only be told after the handshake. */
async function refuse(receive: Receive, send: Send): Promise<void> {
  await receive()
  await send({ type: 'websocket.accept' })
  await send({ type: 'websocket.close', code: 1013, reason: 'Try again later' })
}

const LIMITS = ['maxInFlight', 'maxEventLoopDelayMs', 'maxHeapBytes'] as const

function assertOptions(options: LoadShedOptions): void {
  const hasLimit = LIMITS.some((name) => options[name] !== undefined)
  const fix = 'Write { maxInFlight: 200 }'
  must('loadShed', hasLimit, 'the options must have a limit', options, fix)
  for (const name of LIMITS) {
    const { [name]: value = 1 } = options
    const isLimit = typeof value === 'number' && value > 0
    mustRange('loadShed', isLimit, `${name} must be above 0`, value, 'Leave it out for no limit')
  }
  const { retryAfter = 1, except = [] } = options
  const isTime = Number.isInteger(retryAfter) && retryAfter >= 0
  const what = 'retryAfter must be a whole number of seconds'
  mustRange('loadShed', isTime, what, retryAfter, 'Leave it out for 1')
  const isList = Array.isArray(except) && except.every((path) => String(path).startsWith('/'))
  must('loadShed', isList, 'except must list whole paths', except, "Write except: ['/livez']")
}
