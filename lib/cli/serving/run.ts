/** Runs `stellula serve` until it ends: in one process, in several, or in one that restarts after changes. */
import nodeCluster from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { work } from '../../servers/cluster/worker.ts'
import { cluster } from '../../servers/cluster.ts'
import type { RunningServer, ServeOptions } from '../../servers/node.ts'
import { CommandError, errorText } from '../failures.ts'
import { requiredFiles, watchImports } from '../reload/imports.ts'
import { Reloader } from '../reload/reloader.ts'
import { paintFor, tell } from '../terminal.ts'
import { untilStarted } from './early.ts'
import type { ServeSettings } from './settings.ts'
import { startServer } from './start.ts'

/** Runs the server; resolves to the exit code. */
export async function runServer(settings: ServeSettings): Promise<number> {
  if (settings.reload) return nodeCluster.isWorker ? runReloaded(settings) : runReloader(settings)
  return settings.workers === undefined
    ? runAlone(settings)
    : runCluster(settings, settings.workers)
}

async function runAlone(settings: ServeSettings): Promise<number> {
  const early = untilStarted()
  let server: RunningServer
  try {
    server = await startServer(settings, { signal: early.signal })
  } catch (error) {
    if (early.signal.aborted) return 0
    throw error
  } finally {
    early.stop()
  }
  tell(`listening on ${placeOf(server)}${process.stderr.isTTY ? ' (Ctrl+C ends it)' : ''}`)
  // The signal handler has already reported a failed shutdown.
  return codeOf(server.closed)
}

function codeOf(closed: Promise<void>): Promise<number> {
  return closed.then(
    () => 0,
    () => 1,
  )
}

/**
 * How long a worker still answers while it closes, in milliseconds. Each response closes its connection, so
 * clients reconnect.
 */
const DRAIN_MS = 200

async function runCluster(settings: ServeSettings, workers: number): Promise<number> {
  const { graceMs } = settings
  const early = untilStarted()
  if (early.signal.aborted) return 0
  const started = cluster(
    ({ number }) =>
      startOrExit(async () => {
        const server = await startServer(settings, { drainDelayMs: DRAIN_MS }, number)
        tell(`worker ${number} (process ${process.pid}) is listening on ${placeOf(server)}`)
        return server
      }),
    { workers, log: tellLine, ...(graceMs !== undefined && { gracePeriodMs: graceMs }) },
  )
  early.stop() // from here on, the cluster handles signals
  const member = await started.catch((error: Error) => {
    throw new CommandError(error.message)
  })
  return codeOf(member.closed)
}

function tellLine(line: string): void {
  tell(line.replace(/^cluster: /, ''))
}

/** Starts a worker; prints the reason if it cannot start. */
async function startOrExit(start: () => Promise<RunningServer>): Promise<RunningServer> {
  try {
    return await start()
  } catch (error) {
    tell(paintFor(process.stderr).red(errorText(error)))
    // Another thread still reports the imported files.
    await sleep(FLUSH_MS)
    process.exit(1)
  }
}

const FLUSH_MS = 50

/** The default grace period for reloads: open requests must not delay the next version. */
const RELOAD_GRACE_MS = 500

function graceOf({ graceMs = RELOAD_GRACE_MS }: ServeSettings): number {
  return graceMs
}

async function runReloader(settings: ServeSettings): Promise<number> {
  const { target, values } = settings
  const { 'env-file': envFile } = values
  const reloader = new Reloader(
    envFile === undefined ? [target.file] : [target.file, envFile],
    graceOf(settings),
  )
  const { signal, stop } = untilStarted()
  stop() // from here on, the reloader handles signals
  if (signal.aborted) return 0
  reloader.start()
  await reloader.ended
  return 0
}

async function runReloaded(settings: ServeSettings): Promise<number> {
  const { signal, stop } = untilStarted()
  stop() // the watching process ends this one
  if (signal.aborted) return 0
  const options: ServeOptions = { gracePeriodMs: graceOf(settings) }
  const report = (imported: readonly string[]): void => {
    if (process.connected) process.send?.({ imported })
  }
  watchImports((file) => report([file]))
  const { closed } = await work(
    () =>
      startOrExit(async () => {
        const server = await startServer(settings, options)
        report(requiredFiles())
        tell(`listening on ${placeOf(server)}`)
        return server
      }),
    1,
  )
  return codeOf(closed)
}

/** The URL, or the path of a unix socket. */
function placeOf({ url, address }: RunningServer): string {
  return url ?? (address.host || 'the given descriptor')
}
