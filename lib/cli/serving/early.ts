/** Hears the signals that come before a server does. */

interface Early {
  /** Aborts when the process is to end. */
  readonly signal: AbortSignal
  readonly stop: () => void
}

let early: Early | undefined

/**
 * Hears signals that come before the server does: as the first process of a container, this one would
 * not end by them otherwise. A module that is being imported is not waited for. All callers share it until it is
 * stopped, so it is called before the server itself is imported, which takes most of the start.
 */
export function untilStarted(): Early {
  early ??= listen()
  return early
}

function listen(): Early {
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
