/** Closes a server when the process, or its owner, is told to stop. */

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGBREAK'

interface Wanted {
  signal?: AbortSignal
  signals?: readonly StopSignal[]
}

/**
 * Calls `close` for the first signal and `force` for the second; what it returns takes the listeners
 * off again, and the process is as it was.
 */
export function onSignals(
  { signal, signals = ['SIGTERM', 'SIGINT'] }: Wanted,
  close: () => Promise<void>,
  force: () => void,
): () => void {
  let asked = false
  const stop = (): void => {
    if (asked) {
      force()
      return
    }
    asked = true
    // Nobody waits for this promise: a failed shutdown makes the process fail, but not at once.
    close().catch((error: unknown) => {
      console.error('serve:', error)
      process.exitCode = 1
    })
  }
  for (const name of signals) process.on(name, stop)
  signal?.addEventListener('abort', stop)
  return () => {
    for (const name of signals) process.off(name, stop)
    signal?.removeEventListener('abort', stop)
  }
}
