/** Runs the checks of a service, each with a time limit. */
import { whenLate } from '../../internal/deadline.ts'

/**
 * Checks that a dependency works. The check fails if it throws or returns false.
 *
 * The signal aborts when the time limit is reached: pass it on.
 */
export type HealthCheck = (signal: AbortSignal) => unknown

/** The result of a check. */
export interface CheckResult {
  readonly status: 'ok' | 'failed' | 'timeout'
  /** Milliseconds. */
  readonly duration: number
  /** The error that the check threw. */
  readonly error?: unknown
}

/** Runs a check. It never rejects, and it clears its timer. */
export async function runCheck(check: HealthCheck, timeout: number): Promise<CheckResult> {
  const started = performance.now()
  const controller = new AbortController()
  let callOff = (): void => {}
  const late = new Promise<'timeout'>((resolve) => {
    callOff = whenLate(timeout, () => resolve('timeout'))
  })
  const result = (status: CheckResult['status']): CheckResult => ({
    status,
    duration: Math.round(performance.now() - started),
  })
  try {
    // The async function turns a synchronous throw into a rejection.
    const done = (async () => ((await check(controller.signal)) === false ? 'failed' : 'ok'))()
    done.catch(() => {}) // it may reject after the time limit
    return result(await Promise.race([done, late] as const))
  } catch (error) {
    return { ...result('failed'), error }
  } finally {
    callOff()
    controller.abort(new DOMException('The check is over.', 'AbortError'))
  }
}

const SAMPLE = 10

/** Measures the current delay of the event loop in milliseconds. */
export async function eventLoopLag(): Promise<number> {
  const started = performance.now()
  await new Promise((resolve) => setTimeout(resolve, SAMPLE))
  return Math.max(0, Math.round(performance.now() - started - SAMPLE))
}

/** Caches the result of a function for `maxAge` ms; concurrent callers share one call. */
export function cacheResult<Value>(
  make: () => Promise<Value>,
  maxAge: number,
): () => Promise<Value> {
  let current: Promise<Value> | undefined
  let until = 0
  return () => {
    if (current !== undefined && performance.now() < until) return current
    until = Number.POSITIVE_INFINITY
    current = make().finally(() => {
      until = performance.now() + maxAge
    })
    return current
  }
}
