/** The metrics of all workers, added up in the primary. */
import { endsWithin } from '../../internal/deadline.ts'
import { Counts, type MetricsSnapshot } from '../../middleware/metrics/counts.ts'
import type { Peer, Service } from './peer.ts'

/** How long to wait for the counts of a worker, in ms. After this time its last ones are used. */
const LONGEST_MS = 1000

/** The key of a set of counts. Counts with the same prefix and buckets are added up. */
export function setOf({ prefix, buckets }: MetricsSnapshot): string {
  return JSON.stringify([prefix, buckets])
}

/** The last counts of a worker by set, and the callbacks that wait for the next ones. */
interface WorkerCounts {
  last: ReadonlyMap<string, Counts>
  readonly waiting: Set<() => void>
}

const workers = new Map<Peer, WorkerCounts>()
/** The last counts of workers that have ended. */
const ended = new Map<string, Counts>()

function workerCountsOf(peer: Peer): WorkerCounts {
  const known = workers.get(peer)
  if (known !== undefined) return known
  const workerCounts: WorkerCounts = { last: new Map(), waiting: new Set() }
  workers.set(peer, workerCounts)
  peer.gone.then(() => {
    workers.delete(peer)
    for (const tell of workerCounts.waiting) tell()
    for (const [set, counts] of workerCounts.last) {
      // The counts are kept because a sum must not decrease.
      addTo(ended, set, { ...counts.snapshot(), inFlight: 0 })
    }
  })
  return workerCounts
}

function addTo(all: Map<string, Counts>, set: string, snapshot: MetricsSnapshot): void {
  const counts = all.get(set) ?? new Counts(snapshot)
  all.set(set, counts)
  counts.addAll(snapshot)
}

/** The total counts of all current and ended workers, as text. */
export async function totalText(set: string, own?: MetricsSnapshot): Promise<string> {
  await Promise.all([...workers].map(([peer, workerCounts]) => report(peer, workerCounts)))
  const all = [...workers.values()].map(({ last }) => last.get(set)?.snapshot())
  const past = ended.get(set)?.snapshot()
  const snapshots = [past, own, ...all].filter((snapshot) => snapshot !== undefined)
  const [first] = snapshots
  if (first === undefined) return ''
  const total = new Counts(first)
  for (const snapshot of snapshots) total.addAll(snapshot)
  return total.render()
}

/** Asks a worker for its counts. */
async function report(peer: Peer, { waiting }: WorkerCounts): Promise<void> {
  let tell = (): void => {}
  const told = new Promise<void>((resolve) => {
    tell = resolve
  })
  waiting.add(tell)
  peer.tell({ stellula: 'news', topic: 'metrics', news: [] }, 256)
  await endsWithin(told, LONGEST_MS)
  waiting.delete(tell)
}

/** Answers a request `['counts', …snapshots]` or `['total', set]`. */
export const answerMetrics: Service = ([operation, ...rest], peer) => {
  const workerCounts = workerCountsOf(peer)
  if (operation === 'total') return totalText(String(rest[0]))
  const last = new Map<string, Counts>()
  for (const snapshot of rest as MetricsSnapshot[]) addTo(last, setOf(snapshot), snapshot)
  workerCounts.last = last
  for (const tell of workerCounts.waiting) tell()
  return undefined
}
