/** Handles the signals that arrive before the server has started. */

interface EarlySignals {
  /** Aborts when the process must end. */
  readonly signal: AbortSignal
  readonly stop: () => void
}

let early: EarlySignals | undefined

/**
 * Handles signals that arrive before the server has started: without a handler, the first process of a
 * container would ignore them. It does not wait for a module that is being imported. All callers share one
 * handler until it is stopped. It is called before the server is imported, which takes most of the start.
 */
export function untilStarted(): EarlySignals {
  early ??= listenForSignals()
  return early
}

function listenForSignals(): EarlySignals {
  const controller = new AbortController()
  const end = (): void => {
    if (controller.signal.aborted) process.exit(1)
    controller.abort()
    setTimeout(() => process.exit(0), 1000).unref()
  }
  process.on('SIGTERM', end).on('SIGINT', end)
  const stop = (): void => {
    process.off('SIGTERM', end).off('SIGINT', end)
    early = undefined
  }
  return { signal: controller.signal, stop }
}
