/** Runs `stellula serve` until it ends: in one process, in several, or in one that starts again. */
import nodeCluster from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { work } from '../../servers/cluster/worker.ts'
import { cluster } from '../../servers/cluster.ts'
import type { RunningServer, ServeOptions } from '../../servers/node.ts'
import { CommandError, wordsOf } from '../failures.ts'
import { requiredFiles, watchImports } from '../reload/imports.ts'
import { Reloader } from '../reload/reloader.ts'
import { paintFor, tell } from '../terminal.ts'
import { untilStarted } from './early.ts'
import type { Serving } from './settings.ts'
import { startServer } from './start.ts'

/** Gives the exit code. */
export async function runServer(serving: Serving): Promise<number> {
  if (serving.reload) return nodeCluster.isWorker ? runReloaded(serving) : runReloader(serving)
  return serving.workers === undefined ? runAlone(serving) : runCluster(serving, serving.workers)
}

async function runAlone(serving: Serving): Promise<number> {
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
  return codeOf(server.closed)
}

function codeOf(closed: Promise<void>): Promise<number> {
  return closed.then(
    () => 0,
    () => 1,
  )
}

/** Clients that keep their connections hear in an answer that a worker ends. */
const DRAIN_MS = 200

async function runCluster(serving: Serving, workers: number): Promise<number> {
  const { graceMs } = serving
  const early = untilStarted()
  if (early.signal.aborted) return 0
  const started = cluster(
    ({ number }) =>
      telling(async () => {
        const server = await startServer(serving, { drainDelayMs: DRAIN_MS }, number)
        tell(`worker ${number} (process ${process.pid}) is listening on ${placeOf(server)}`)
        return server
      }),
    { workers, log: tellLine, ...(graceMs !== undefined && { gracePeriodMs: graceMs }) },
  )
  early.stop() // now the cluster hears them
  const member = await started.catch((error: Error) => {
    throw new CommandError(error.message)
  })
  return codeOf(member.closed)
}

function tellLine(line: string): void {
  tell(line.replace(/^cluster: /, ''))
}

/** A worker that cannot start says why in our words. */
async function telling(start: () => Promise<RunningServer>): Promise<RunningServer> {
  try {
    return await start()
  } catch (error) {
    tell(paintFor(process.stderr).red(wordsOf(error)))
    // What was imported is told of from another thread.
    await sleep(FLUSH_MS)
    process.exit(1)
  }
}

const FLUSH_MS = 50

/** Open requests do not hold the next version. */
const RELOAD_GRACE_MS = 500

function graceOf({ graceMs = RELOAD_GRACE_MS }: Serving): number {
  return graceMs
}

async function runReloader(serving: Serving): Promise<number> {
  const { target, values } = serving
  const { 'env-file': envFile } = values
  const reloader = new Reloader(
    envFile === undefined ? [target.file] : [target.file, envFile],
    graceOf(serving),
  )
  const { signal, stop } = untilStarted()
  stop() // now the reloader hears them
  if (signal.aborted) return 0
  reloader.start()
  await reloader.ended
  return 0
}

async function runReloaded(serving: Serving): Promise<number> {
  const { signal, stop } = untilStarted()
  stop() // the process that watches ends this one
  if (signal.aborted) return 0
  const options: ServeOptions = { gracePeriodMs: graceOf(serving) }
  const report = (imported: readonly string[]): void => {
    if (process.connected) process.send?.({ imported })
  }
  watchImports((file) => report([file]))
  const { closed } = await work(
    () =>
      telling(async () => {
        const server = await startServer(serving, options)
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
