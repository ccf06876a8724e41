/** Answers liveness and readiness probes. */

import { answerException } from '../errors/handlers.ts'
import { HTTPException } from '../exceptions.ts'
import { isRead } from '../http/methods.ts'
import { named } from '../internal/apps.ts'
import { check, checkRange } from '../internal/checks.ts'
import { asText } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { JSONResponse } from '../responses/bodies.ts'
import type { Middleware } from '../types.ts'
import {
  type CheckResult,
  cacheResult,
  eventLoopLag,
  type HealthCheck,
  runCheck,
} from './health/checks.ts'

export type { CheckResult, HealthCheck } from './health/checks.ts'

export interface HealthOptions {
  /** Checks that must pass for the service to be ready, by name (none). */
  checks?: Readonly<Record<string, HealthCheck>>
  /** Milliseconds that each check may take (2000). */
  timeoutMs?: number
  /** Milliseconds for which a result is reused by further probes (1000). */
  maxAgeMs?: number
  /** The maximum delay of the event loop, in milliseconds (1000). */
  maxLagMs?: number
  /** When it is aborted, the service reports that it is not ready, because it is about to stop (none). */
  signal?: AbortSignal
  /** Whether responses show durations and error messages (false). Do not use it on public paths. */
  details?: boolean
  /** The path of the liveness probe ('/livez'). */
  livePath?: string
  /** The path of the readiness probe ('/readyz'). */
  readyPath?: string
}

/** The result of a readiness probe. */
export interface HealthReport {
  readonly ready: boolean
  /** The delay of the event loop in milliseconds. */
  readonly lag: number
  readonly checks: Readonly<Record<string, CheckResult>>
}

/**
 * Answers two paths and passes everything else on. Make it the outermost middleware, because probes do not
 * send the right host, scheme or credentials.
 *
 * The live path answers 200 as long as the process responds. The ready path answers 200 if every check
 * passes in time and the event loop does not lag, otherwise 503 with the names of the failed checks.
 *
 * @throws TypeError if a check or a path is invalid.
 * @throws RangeError if a time is invalid.
 * @example
 * const checked = health({
 *   checks: { upstream: (signal) => fetch(upstream, { signal }).then(({ ok }) => ok) },
 * })(app)
 */
export function health(options: HealthOptions = {}): Middleware {
  knownOptions(
    'health',
    options,
    'checks timeoutMs maxAgeMs maxLagMs signal details livePath readyPath',
  )
  const { livePath = '/livez', readyPath = '/readyz', details = false, signal } = options
  assertOptions(options, livePath, readyPath)
  const report = reporter(options)
  const middleware: Middleware = (app) => async (scope, receive, send) => {
    if (scope.type !== 'http') return app(scope, receive, send)
    const isLive = scope.path === livePath
    if (!isLive && scope.path !== readyPath) return app(scope, receive, send)
    if (!isRead(scope.method)) return answerException(notAllowed(), scope, receive, send)
    const found = isLive ? ALIVE : stopping(await report(), signal)
    await respond(found, details && !isLive).respond(scope, receive, send)
  }
  return named('health', middleware)
}

const ALIVE: HealthReport = { ready: true, lag: 0, checks: {} }

function reporter(options: HealthOptions): () => Promise<HealthReport> {
  const { checks = {}, timeoutMs = 2_000, maxAgeMs = 1_000, maxLagMs = 1_000 } = options
  const names = Object.keys(checks)
  return cacheResult(async () => {
    const [lag, ...results] = await Promise.all([
      eventLoopLag(),
      ...Object.values(checks).map((each) => runCheck(each, timeoutMs)),
    ])
    return judge(names, results, lag, maxLagMs)
  }, maxAgeMs)
}

/** Reports ready if all checks passed and the event loop does not lag. */
export function judge(
  names: readonly string[],
  results: readonly CheckResult[],
  lag: number,
  maxLag: number,
): HealthReport {
  const ready = lag <= maxLag && results.every(({ status }) => status === 'ok')
  const pairs = results.map((result, index) => [names[index] ?? '', result] as const)
  return { ready, lag, checks: Object.fromEntries(pairs) }
}

function stopping(report: HealthReport, signal: AbortSignal | undefined): HealthReport {
  return signal?.aborted ? { ...report, ready: false } : report
}

/** Returns the response to a probe. */
export function respond({ ready, lag, checks }: HealthReport, details: boolean): JSONResponse {
  const shown = Object.entries(checks).map(([name, { status, duration, error }]) => {
    if (!details) return [name, status] as const
    const message = error instanceof Error ? error.message : error && asText(error)
    return [name, { status, duration, ...(error !== undefined && { error: message }) }] as const
  })
  const content = {
    status: ready ? 'ok' : 'failing',
    ...(details && { lag }),
    ...(shown.length > 0 && { checks: Object.fromEntries(shown) }),
  }
  const headers = { 'cache-control': 'no-store' }
  return new JSONResponse(content, { status: ready ? 200 : 503, headers })
}

function notAllowed(): HTTPException {
  return new HTTPException(405, undefined, { headers: { allow: 'GET, HEAD' } })
}

function assertOptions(options: HealthOptions, livePath: string, readyPath: string): void {
  for (const [name, isReady] of Object.entries(options.checks ?? {})) {
    const what = `the check ${JSON.stringify(name)} must be a function`
    const fix = 'Write (signal) => database.ping({ signal })'
    check('health', typeof isReady === 'function', what, isReady, fix)
  }
  for (const path of [livePath, readyPath]) {
    const isPath = typeof path === 'string' && path.startsWith('/')
    check('health', isPath, 'a path must begin with "/"', path, "Write '/readyz'")
  }
  const fix = 'Choose another path for one of them'
  check('health', livePath !== readyPath, 'livePath and readyPath must differ', livePath, fix)
  for (const name of ['timeoutMs', 'maxAgeMs', 'maxLagMs'] as const) {
    const { [name]: value = 0 } = options
    const isTime = typeof value === 'number' && value >= 0
    const what = `${name} must be a number of milliseconds`
    checkRange('health', isTime, what, value, 'Leave it out for the default')
  }
}
