/** Spending from several limits at once, where others spend from them too. */
import { sha256 } from '../../internal/digests.ts'
import type { Ledger } from './ledgers.ts'
import type { RateLimit, Verdict } from './window.ts'

/**
 * Takes the cost from every limit, or from none.
 *
 * Each limit is taken from in one step, so that requests elsewhere, at the same time, never spend more
 * together than there is.
 *
 * @returns What each limit says, up to the first that refuses; a promise only where the ledger gives one.
 */
export function spend(
  ledger: Ledger,
  limits: readonly RateLimit[],
  key: string,
  cost: number,
): readonly Verdict[] | Promise<readonly Verdict[]> {
  if (ledger.takeAll !== undefined) {
    return ledger.takeAll(limits, key, cost).then((verdicts) => upToRefusal(verdicts, cost))
  }
  const now = Date.now()
  const goOn = (before: readonly Verdict[]): readonly Verdict[] | Promise<readonly Verdict[]> => {
    const limit = limits[before.length]
    if (limit === undefined) return before
    const next = (verdict: Verdict): readonly Verdict[] | Promise<readonly Verdict[]> =>
      verdict.isAllowed ? goOn([...before, verdict]) : undo(before, verdict)
    const taken = ledger.take(limit, key, cost, now)
    return taken instanceof Promise ? taken.then(next) : next(taken)
  }
  const undo = async (
    before: readonly Verdict[],
    refusing: Verdict,
  ): Promise<readonly Verdict[]> => {
    for (const { limit } of before) await ledger.giveBack(limit, key, cost, now)
    return upToRefusal([...before, refusing], cost)
  }
  return goOn([])
}

/** When a limit refuses, the cost is taken from none, and the limits after it are not told. */
function upToRefusal(verdicts: readonly Verdict[], cost: number): readonly Verdict[] {
  const index = verdicts.findIndex(({ isAllowed }) => !isAllowed)
  const refusing = verdicts[index]
  if (refusing === undefined) return verdicts
  const before = verdicts.slice(0, index)
  return [...before.map((told) => ({ ...told, remaining: told.remaining + cost })), refusing]
}

const MOST_LENGTH = 64

/** A key of bounded length, for a text of any that clients may have chosen. */
export function boundedKey(name: string, key: string): string {
  if (key.length <= MOST_LENGTH) return `${name}=${key}`
  return `${name}#${sha256(key)}`
}
