/** Shows the metrics of all workers in any one of them. */
import { Unavailable } from '../../exceptions.ts'
import { check } from '../../internal/checks.ts'
import { METRICS_TYPE, type Metrics, type MetricsSnapshot } from '../../middleware/metrics.ts'
import { PlainTextResponse } from '../../responses/bodies.ts'
import { ask, isWorker, onNews, Unanswered } from './asking.ts'
import { onceClosed } from './lastmessages.ts'
import { setOf, totalText } from './totals.ts'

/** The metrics of all workers. */
export interface ClusterMetrics {
  /** A handler that responds with the metrics, for a route of your choice. */
  readonly expose: () => Promise<PlainTextResponse>
  /** Resolves to the metrics as text; rejects with `Unavailable` if the primary does not answer. */
  readonly render: () => Promise<string>
}

/** The interval in which a worker reports its counts without a request, in case it is killed. */
const EVERY_MS = 1000
/** The timeout for the primary, which waits for its workers. */
const TIMEOUT_MS = 5000

const counted: Metrics[] = []
let isTelling = false

/**
 * Adds up the counts of `metrics()` in all workers of `cluster()`. A scrape shows the totals, whichever
 * worker answers. In a process that is not a worker and has none, it shows its own counts.
 *
 * The counts of workers that have ended are included, so sums never decrease. If a worker is killed, its
 * counts of the last second are missing. Metrics with the same prefix and buckets are added up.
 *
 * @throws TypeError if the argument is not a result of `metrics()`.
 * @throws Error in a worker that `cluster()` has not started.
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
  check('clusterMetrics', isMetrics, 'the argument must be a result of metrics()', own, fix)
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

/** Reports the counts of this worker: on request, each second if they have changed, and when it ends. */
function tellOf(own: Metrics): void {
  counted.push(own)
  tellCounts()
  if (isTelling) return
  isTelling = true
  onNews('metrics', tellCounts)
  onceClosed(tellCounts)
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
