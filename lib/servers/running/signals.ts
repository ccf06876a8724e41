/** Closes a server when the process gets a signal, or its `AbortSignal` aborts. */

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGBREAK'

interface StopOptions {
  signal?: AbortSignal
  signals?: readonly StopSignal[]
}

/**
 * Calls `close` for the first signal and `force` for each later one. The returned function removes the
 * listeners.
 */
export function onSignals(
  { signal, signals = ['SIGTERM', 'SIGINT'] }: StopOptions,
  close: () => Promise<void>,
  force: () => void,
): () => void {
  let isClosing = false
  const stop = (): Promise<void> | undefined => {
    if (isClosing) {
      force()
      return undefined
    }
    isClosing = true
    // The promise is not awaited: a failed shutdown sets the exit code, but does not end the process.
    return close().catch((error: unknown) => {
      console.error('serve:', error)
      process.exitCode = 1
    })
  }
  const stopProcess = (): void => void stop()?.then(reportIfAlive)
  for (const name of signals) process.on(name, stopProcess)
  signal?.addEventListener('abort', stop)
  return () => {
    for (const name of signals) process.off(name, stopProcess)
    signal?.removeEventListener('abort', stop)
  }
}

/** How long a process may take to end after its server has closed, in ms, before the log says why it does not. */
const END_MS = 5_000

/**
 * Logs what is open in a process that a signal should end. The timer does not keep it alive, and a library does not
 * end a process: the program may still have work to do. Stdout is among the open resources if it is a pipe or a
 * terminal, although it keeps nothing alive; a pipe may also be the channel to a parent process.
 */
function reportIfAlive(): void {
  const timer = setTimeout(() => {
    const open = new Set(process.getActiveResourcesInfo?.())
    if (open.size === 0) return
    console.error(
      `serve: the server has closed, but the process has not ended, ${[...open].join(', ')} are still open. Close timers, pools and connections in the lifespan, or send the signal again.`,
    )
  }, END_MS)
  timer.unref?.()
}
