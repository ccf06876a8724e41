/** The metrics of all workers, added up in the primary. */
import { endsWithin } from '../../internal/deadline.ts'
import { Counts, type MetricsSnapshot } from '../../middleware/metrics/counts.ts'
import type { Peer, Service } from './peer.ts'

/** How long a worker may take to tell its counts; then its last ones are used. */
const LONGEST_MS = 1000

/** Counts with the same prefix and buckets are added up. */
export function setOf({ prefix, buckets }: MetricsSnapshot): string {
  return JSON.stringify([prefix, buckets])
}

/** A worker that counts: its last counts by set, and what waits for the next. */
interface Counting {
  last: ReadonlyMap<string, Counts>
  readonly waiting: Set<() => void>
}

const workers = new Map<Peer, Counting>()
/** What workers had counted when they ended. */
const ended = new Map<string, Counts>()

function countingOf(peer: Peer): Counting {
  const known = workers.get(peer)
  if (known !== undefined) return known
  const counting: Counting = { last: new Map(), waiting: new Set() }
  workers.set(peer, counting)
  peer.gone.then(() => {
    workers.delete(peer)
    for (const tell of counting.waiting) tell()
    for (const [set, counts] of counting.last) {
      // A sum must not go down.
      addTo(ended, set, { ...counts.snapshot(), inFlight: 0 })
    }
  })
  return counting
}

function addTo(all: Map<string, Counts>, set: string, snapshot: MetricsSnapshot): void {
  const counts = all.get(set) ?? new Counts(snapshot)
  all.set(set, counts)
  counts.addAll(snapshot)
}

/** The counts of all workers that there are and were, as text. */
export async function totalText(set: string, own?: MetricsSnapshot): Promise<string> {
  await Promise.all([...workers].map(([peer, counting]) => report(peer, counting)))
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
async function report(peer: Peer, { waiting }: Counting): Promise<void> {
  let tell = (): void => {}
  const told = new Promise<void>((resolve) => {
    tell = resolve
  })
  waiting.add(tell)
  peer.tell({ stellula: 'news', topic: 'metrics', news: [] }, 256)
  await endsWithin(told, LONGEST_MS)
  waiting.delete(tell)
}

/** `['counts', …snapshots]`, or `['total', set]` */
export const answerMetrics: Service = ([operation, ...rest], peer) => {
  const counting = countingOf(peer)
  if (operation === 'total') return totalText(String(rest[0]))
  const last = new Map<string, Counts>()
  for (const snapshot of rest as MetricsSnapshot[]) addTo(last, setOf(snapshot), snapshot)
  counting.last = last
  for (const tell of counting.waiting) tell()
  return undefined
}
