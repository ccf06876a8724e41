/** Spends from several limits at once, concurrently with other processes. */
import { sha256 } from '../../internal/digests.ts'
import type { Counters } from './counters.ts'
import type { RateLimit, Verdict } from './window.ts'

/**
 * Takes the cost from every limit, or from none.
 *
 * Each limit is changed atomically, so concurrent requests elsewhere never exceed it.
 *
 * @returns The verdict of each limit, up to the first that rejects; a promise only for a store.
 */
export function spend(
  counters: Counters,
  limits: readonly RateLimit[],
  key: string,
  cost: number,
): readonly Verdict[] | Promise<readonly Verdict[]> {
  if (counters.takeAll !== undefined) {
    return counters.takeAll(limits, key, cost).then((verdicts) => upToRefusal(verdicts, cost))
  }
  const now = Date.now()
  const goOn = (before: readonly Verdict[]): readonly Verdict[] | Promise<readonly Verdict[]> => {
    const limit = limits[before.length]
    if (limit === undefined) return before
    const next = (verdict: Verdict): readonly Verdict[] | Promise<readonly Verdict[]> =>
      verdict.isAllowed ? goOn([...before, verdict]) : undo(before, verdict)
    const taken = counters.take(limit, key, cost, now)
    return taken instanceof Promise ? taken.then(next) : next(taken)
  }
  const undo = async (
    before: readonly Verdict[],
    refusing: Verdict,
  ): Promise<readonly Verdict[]> => {
    for (const { limit } of before) await counters.giveBack(limit, key, cost, now)
    return upToRefusal([...before, refusing], cost)
  }
  return goOn([])
}

/** Returns the verdicts up to the first that rejects. If one rejects, no limit is charged. */
function upToRefusal(verdicts: readonly Verdict[], cost: number): readonly Verdict[] {
  const index = verdicts.findIndex(({ isAllowed }) => !isAllowed)
  const refusing = verdicts[index]
  if (refusing === undefined) return verdicts
  const before = verdicts.slice(0, index)
  return [
    ...before.map((verdict) => ({ ...verdict, remaining: verdict.remaining + cost })),
    refusing,
  ]
}

const MOST_LENGTH = 64

/** Returns a key of bounded length for a text of any length from a client. */
export function boundedKey(name: string, key: string): string {
  if (key.length <= MOST_LENGTH) return `${name}=${key}`
  return `${name}#${sha256(key)}`
}
