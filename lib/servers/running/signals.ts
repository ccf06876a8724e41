/** Closes a server when the process, or its owner, asks for it. */

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGBREAK'

interface Wanted {
  signal?: AbortSignal
  signals?: readonly StopSignal[]
}

/**
 * Calls `close` for the first signal and `force` for the second. The returned function removes the
 * listeners again.
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
    // The promise is not awaited: a failed shutdown sets the exit code, but does not end the process.
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
