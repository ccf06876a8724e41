/** Runs the checks of a service, each with a limit of time. */

/**
 * Looks whether something is usable; it throws, or gives false, when it is not.
 *
 * The signal aborts when the time is over: pass it on.
 */
export type HealthCheck = (signal: AbortSignal) => unknown

/** How a check went. */
export interface CheckResult {
  readonly status: 'ok' | 'failed' | 'timeout'
  /** Milliseconds. */
  readonly duration: number
  /** What was thrown. */
  readonly error?: unknown
}

/** Runs a check; never rejects, and leaves no timer behind. */
export async function runCheck(check: HealthCheck, timeout: number): Promise<CheckResult> {
  const started = performance.now()
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<'timeout'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), timeout)
  })
  const result = (status: CheckResult['status']): CheckResult => ({
    status,
    duration: Math.round(performance.now() - started),
  })
  try {
    // In a function, so that what is thrown at once is a rejection too.
    const done = (async () => ((await check(controller.signal)) === false ? 'failed' : 'ok'))()
    done.catch(() => {}) // which may come after the time is over
    return result(await Promise.race([done, late] as const))
  } catch (error) {
    return { ...result('failed'), error }
  } finally {
    clearTimeout(timer)
    controller.abort(new DOMException('The check is over.', 'AbortError'))
  }
}

const SAMPLE = 10

/** Milliseconds by which the event loop is late, now. */
export async function eventLoopLag(): Promise<number> {
  const started = performance.now()
  await new Promise((resolve) => setTimeout(resolve, SAMPLE))
  return Math.max(0, Math.round(performance.now() - started - SAMPLE))
}

/** Keeps what a function gives for a while, and does not call it again while it is at it. */
export function kept<Value>(make: () => Promise<Value>, maxAge: number): () => Promise<Value> {
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
