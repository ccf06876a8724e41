/** Refuses requests while the process is overloaded. */

import { refusing } from '../authoring/refusing.ts'
import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { named } from '../internal/apps.ts'
import { check, checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { runFinally } from '../internal/run.ts'
import type { Middleware, Receive, Send } from '../types.ts'
import { Pressure } from './loadshed/pressure.ts'

export interface LoadShedOptions {
  /**
   * The maximum number of concurrent requests, including streams and background tasks but not websockets
   * (no limit).
   */
  maxInFlight?: number
  /** The maximum delay of the event loop at the last measurement, in ms (no limit). */
  maxEventLoopDelayMs?: number
  /** The maximum number of used bytes of the heap, if the runtime reports it (no limit). */
  maxHeapBytes?: number
  /** The seconds after which clients may try again, for `Retry-After` (1). */
  retryAfter?: number
  /** Complete paths that are never refused (['/livez', '/readyz']). */
  except?: readonly string[]
}

/**
 * Answers 503 with `Retry-After` before the app is called, as long as one of the limits is exceeded.
 * Websockets are closed with 1013, "try again later".
 *
 * An overloaded process answers all requests late. If it refuses some of them, it answers the others in
 * time. The 503 is an HTTPException, so an exception handler may write the response.
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
  const middleware = refusing([503], (app) => (scope, receive, send) => {
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
  return named('loadShed', middleware)
}

/** Closes a websocket with 1013. A close code can only be sent after the handshake. */
async function refuse(receive: Receive, send: Send): Promise<void> {
  await receive()
  await send({ type: 'websocket.accept' })
  await send({ type: 'websocket.close', code: 1013, reason: 'Try again later' })
}

const LIMITS = ['maxInFlight', 'maxEventLoopDelayMs', 'maxHeapBytes'] as const

function assertOptions(options: LoadShedOptions): void {
  const hasLimit = LIMITS.some((name) => options[name] !== undefined)
  const fix = 'Write { maxInFlight: 200 }'
  check('loadShed', hasLimit, 'the options must have a limit', options, fix)
  for (const name of LIMITS) {
    const { [name]: value = 1 } = options
    const isLimit = typeof value === 'number' && value > 0
    checkRange('loadShed', isLimit, `${name} must be above 0`, value, 'Leave it out for no limit')
  }
  const { retryAfter = 1, except = [] } = options
  const isTime = Number.isInteger(retryAfter) && retryAfter >= 0
  const what = 'retryAfter must be a whole number of seconds'
  checkRange('loadShed', isTime, what, retryAfter, 'Leave it out for 1')
  const isList = Array.isArray(except) && except.every((path) => String(path).startsWith('/'))
  check('loadShed', isList, 'except must list whole paths', except, "Write except: ['/livez']")
}
