/** The arithmetic of a sliding window: two counters, of which the older one loses weight. */

export interface RateLimit {
  /** The maximum number of requests per window, or their maximum cost if `cost` is set. */
  readonly max: number
  /** The length of the window in seconds, a whole number. */
  readonly seconds: number
}

/** A moment within a window. */
export interface Moment {
  /** The number of the window since the epoch of the clock. */
  readonly index: number
  /** The elapsed part of the window: from 0 to less than 1. */
  readonly over: number
}

/** The verdict of a limit on a request. */
export interface Verdict {
  readonly limit: RateLimit
  readonly isAllowed: boolean
  /** The remaining requests or cost of the window. */
  readonly remaining: number
  /** Whole seconds until more is available, or until a rejected request may be repeated. */
  readonly reset: number
}

/** Returns the window of a time in milliseconds. */
export function momentOf(now: number, { seconds }: RateLimit): Moment {
  return momentAt(now / (seconds * 1000))
}

/** Returns the window of a time in window lengths. */
export function momentAt(position: number): Moment {
  const index = Math.floor(position)
  return { index, over: position - index }
}

/**
 * Times in window lengths since 1970 are inexact. Without this part of a request, a client that repeats it
 * exactly after the announced seconds could be rejected again.
 */
const ROUNDING = 0.001

/**
 * Returns the maximum of this window's counter if the counter before it reached `previous`.
 *
 * The window before is weighted by the part of it that lies within the last `seconds`, as if its requests
 * had been spread evenly.
 */
export function roomIn({ max }: RateLimit, previous: number, { over }: Moment): number {
  return Math.floor(max - previous * (1 - over) + ROUNDING)
}

/** Returns the verdict if the counter reached, or would have reached, `sum`. */
export function verdictOf(
  limit: RateLimit,
  previous: number,
  sum: number,
  cost: number,
  moment: Moment,
): Verdict {
  const room = roomIn(limit, previous, moment)
  const isAllowed = sum <= room
  const remaining = Math.max(0, room - (isAllowed ? sum : sum - cost))
  const wait = isAllowed ? 1 - moment.over : waitFor(limit, previous, sum, cost, moment)
  return { limit, isAllowed, remaining, reset: Math.max(1, Math.ceil(wait * limit.seconds)) }
}

/** Returns how long to wait, in window lengths, until the older counter has lost enough weight. */
function waitFor(
  { max }: RateLimit,
  previous: number,
  sum: number,
  cost: number,
  { over }: Moment,
): number {
  if (sum <= max) return 1 - (max - sum) / previous - over
  const spent = sum - cost
  return 1 - over + Math.max(0, 1 - (max - cost) / spent)
}
