/** Serves an app in several processes of one machine, on one port. */
import nodeCluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import { check, checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { NUMBER } from './cluster/messages.ts'
import type { ClusterOptions } from './cluster/options.ts'
import { Primary } from './cluster/primary.ts'
import { type ClusterWorker, type Start, work } from './cluster/worker.ts'

export { type ClusterBackendOptions, clusterBackend } from './cluster/clusterbackend.ts'
export { type ClusterMetrics, clusterMetrics } from './cluster/clustermetrics.ts'
export { type ClusterStoreOptions, clusterStore } from './cluster/clusterstore.ts'
export type { ClusterOptions } from './cluster/options.ts'
export type { ClusterWorker, Served, Start, WorkerContext } from './cluster/worker.ts'

/** The process that starts the workers. */
export interface ClusterPrimary {
  readonly role: 'primary'
  /** The processes of the workers that are ready, by the numbers of the workers. */
  readonly processes: () => ReadonlyMap<number, number>
  /**
   * Replaces all workers, each when its successor is ready. If a successor cannot start, it rejects, and the
   * remaining workers are kept.
   */
  readonly roll: () => Promise<void>
  /** Closes all workers; rejects if one of them ends with an error. */
  readonly close: () => Promise<void>
  /** Settles when all workers have ended, for any reason. */
  readonly closed: Promise<void>
}

/**
 * Runs the same program in several processes, which share the port. In the first process, the primary, it
 * starts the others, the workers, and resolves when all of them serve. In each worker it calls `start`.
 *
 * A worker that ends is replaced, after a pause that grows if it ends repeatedly. SIGHUP replaces all
 * workers, one after the other, each when its successor is ready. For this, set the `drainDelayMs` of `serve`
 * to about 100 ms: clients with open connections then get a response that closes them, and reconnect. SIGTERM
 * and SIGINT close all workers. After a worker has closed, its process ends. Each worker gets its number,
 * also in the variable `STELLULA_WORKER`, for logs and metrics.
 *
 * When all workers are ready, a parent process gets the message `ready`. If `NOTIFY_SOCKET` is set, systemd
 * is notified by `systemd-notify`; the unit needs `NotifyAccess=all` for that.
 *
 * @param start Starts the server of a worker, and returns it.
 * @throws Error if no worker can start.
 * @throws TypeError if `start` is not a function, or RangeError for an option that is out of range.
 * @example
 * if (process.argv[2] === 'serve') {
 *   const { role } = await cluster(({ number }) => {
 *     console.log(`worker ${number} starts`)
 *     return serve(app, { port: 8000, drainDelayMs: 100 })
 *   }, { workers: 4 })
 *   if (role === 'primary') console.log('all are ready')
 * }
 */
export async function cluster(
  start: Start,
  options: ClusterOptions = {},
): Promise<ClusterPrimary | ClusterWorker> {
  knownOptions(
    'cluster',
    options,
    'workers signals rollSignal gracePeriodMs shutdownTimeoutMs startTimeoutMs log',
  )
  check(
    'cluster',
    typeof start === 'function',
    'start must be a function',
    start,
    'Write cluster(() => serve(app, { port: 8000 }))',
  )
  const { workers = availableParallelism() } = options
  checkRange(
    'cluster',
    Number.isInteger(workers) && workers >= 1,
    'workers must be a whole number from 1 on',
    workers,
    'Omit it for one per core',
  )
  if (nodeCluster.isWorker) return work(start, Number(process.env[NUMBER] ?? 1))
  const primary = new Primary(workers, options)
  await primary.start()
  return {
    role: 'primary',
    processes: () => primary.processes(),
    roll: () => primary.roll(),
    close: () => primary.close(),
    closed: primary.closed,
  }
}
