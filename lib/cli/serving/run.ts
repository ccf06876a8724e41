/** Runs `stellula serve` until it ends. */
import type { RunningServer } from '../../servers/node.ts'
import { tell } from '../terminal.ts'
import type { Serving } from './settings.ts'
import { startServer } from './start.ts'

/** Gives the exit code. */
export async function runServer(serving: Serving): Promise<number> {
  const early = untilStarted()
  let server: RunningServer
  try {
    server = await startServer(serving, { signal: early.signal })
  } catch (error) {
    if (early.signal.aborted) return 0
    throw error
  } finally {
    early.stop()
  }
  tell(`listening on ${placeOf(server)}${process.stderr.isTTY ? ' (Ctrl+C ends it)' : ''}`)
  // A shutdown that failed was told of where the signal was heard.
  return server.closed.then(
    () => 0,
    () => 1,
  )
}

/** The URL, or the path of a unix socket. */
export function placeOf({ url, address }: RunningServer): string {
  return url ?? (address.host || 'the given descriptor')
}

interface Early {
  /** Aborts when the process is to end. */
  readonly signal: AbortSignal
  readonly stop: () => void
}

/**
 * Hears signals that come before the server does: as the first process of a container, this one would
 * not end by them otherwise. A module that is being imported is not waited for.
 */
function untilStarted(): Early {
  const controller = new AbortController()
  const end = (): void => {
    if (controller.signal.aborted) process.exit(1)
    controller.abort()
    setTimeout(() => process.exit(0), 1000).unref()
  }
  process.on('SIGTERM', end).on('SIGINT', end)
  const stop = (): void => {
    process.off('SIGTERM', end).off('SIGINT', end)
  }
  return { signal: controller.signal, stop }
}
