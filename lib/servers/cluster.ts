/** Serves an app in several processes of one machine, on one port. */
import nodeCluster from 'node:cluster'
import { availableParallelism } from 'node:os'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, mustRange } from '../internal/must.ts'
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
  /** Replaces all workers, each when its successor is ready; rejects, and keeps them, if one is not. */
  readonly roll: () => Promise<void>
  /** Closes all workers; rejects if one of them ends with an error. */
  readonly close: () => Promise<void>
  /** Settles when all workers have ended, for any reason. */
  readonly closed: Promise<void>
}

/**
 * Runs the same program in several processes, which share the port. In the first process it starts the
 * others, and resolves when all of them serve; in each of the others it calls `start`.
 *
 * A worker that ends is replaced, after a pause that grows if it ends again and again. SIGHUP replaces all
 * workers, one after the other, each when its successor is ready: give `serve` a `drainDelayMs` of some
 * 100 ms there, so that clients that keep their connections hear of it in an answer. SIGTERM and SIGINT
 * close all of them. A worker that has closed ends by itself. It is told its number, also by the variable
 * `STELLULA_WORKER`, for logs and metrics.
 *
 * When all workers are ready, a parent process gets the message `ready`, and systemd is told by
 * `systemd-notify` if `NOTIFY_SOCKET` is set; the unit needs `NotifyAccess=all` for that.
 *
 * @param start Serves; what it returns tells when the worker has closed.
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
  must(
    'cluster',
    typeof start === 'function',
    'start must be a function',
    start,
    'Write cluster(() => serve(app, { port: 8000 }))',
  )
  const { workers = availableParallelism() } = options
  mustRange(
    'cluster',
    Number.isInteger(workers) && workers >= 1,
    'workers must be a whole number from 1 on',
    workers,
    'Leave it out for one for each core',
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
