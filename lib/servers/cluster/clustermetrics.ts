/** Shows the metrics of all workers, whichever is asked. */
import { Unavailable } from '../../exceptions.ts'
import { must } from '../../internal/must.ts'
import { METRICS_TYPE, type Metrics, type MetricsSnapshot } from '../../middleware/metrics.ts'
import { PlainTextResponse } from '../../responses/bodies.ts'
import { ask, isWorker, onNews, Unanswered } from './asking.ts'
import { beforeEnd } from './farewell.ts'
import { setOf, totalText } from './totals.ts'

/** The metrics of all workers. */
export interface ClusterMetrics {
  /** A handler that shows them, for a route of your choice. */
  readonly expose: () => Promise<PlainTextResponse>
  /** Resolves to them as text; rejects with `Unavailable` if the primary does not answer. */
  readonly render: () => Promise<string>
}

/** How often a worker tells its counts by itself, so that they are known if it is killed. */
const EVERY_MS = 1000
/** The primary waits for its workers. */
const TIMEOUT_MS = 5000

const counted: Metrics[] = []
let isTelling = false

/**
 * Adds up what `metrics()` has counted in all workers of `cluster()`, so that a scrape shows all of it,
 * whichever worker answers. In a process that is no worker, and has none, it shows its own counts.
 *
 * Workers that have ended count on, so that sums never go down; what a worker counted in the second
 * before it was killed is missing. Metrics with the same prefix and buckets are added up.
 *
 * @throws TypeError if it is not given what `metrics()` returns.
 * @throws Error in a worker of a primary that is not of `cluster()`.
 * @example
 * const counted = metrics({ skip: ({ path }) => path === '/metrics' })
 * const app = Application({
 *   middleware: [counted],
 *   routes: [Route('/', home), Route('/metrics', clusterMetrics(counted).expose)],
 * })
 */
export function clusterMetrics(own: Metrics): ClusterMetrics {
  const fix = 'Write clusterMetrics(metrics())'
  const isMetrics = typeof own?.snapshot === 'function'
  must('clusterMetrics', isMetrics, 'it must be what metrics() returns', own, fix)
  const set = setOf(own.snapshot())
  const isAsking = isWorker('clusterMetrics')
  if (isAsking) tellOf(own)
  const render = isAsking ? () => total(set) : () => totalText(set, own.snapshot())
  const expose = async (): Promise<PlainTextResponse> =>
    new PlainTextResponse(await render(), { mediaType: METRICS_TYPE })
  return { expose, render }
}

async function total(set: string): Promise<string> {
  try {
    return String(await ask('metrics', ['total', set], TIMEOUT_MS))
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error
    throw new Unavailable(
      `clusterMetrics: no total, ${error.message}. Check that the primary runs.`,
      {
        cause: error,
      },
    )
  }
}

/** Tells the counts of this worker when it is asked, each second if they have changed, and at its end. */
function tellOf(own: Metrics): void {
  counted.push(own)
  tellCounts()
  if (isTelling) return
  isTelling = true
  onNews('metrics', tellCounts)
  beforeEnd(tellCounts)
  let told = 0
  setInterval(() => {
    const requests = requestsHere()
    if (requests !== told) tellCounts()
    told = requests
  }, EVERY_MS).unref()
}

function snapshots(): MetricsSnapshot[] {
  return counted.map(({ snapshot }) => snapshot())
}

function requestsHere(): number {
  const each = snapshots().flatMap(({ requests }) => requests.map(([, count]) => count))
  return each.reduce((sum, count) => sum + count, 0)
}

function tellCounts(): void {
  ask('metrics', ['counts', ...snapshots()], TIMEOUT_MS).catch(() => {})
}
