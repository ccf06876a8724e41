/** The arithmetic of a sliding window: two counters, the older one fading. */

export interface RateLimit {
  /** What may be spent in the window, in requests unless they have a `cost`. */
  readonly max: number
  /** The length of the window in seconds, a whole number. */
  readonly seconds: number
}

/** A moment within a window. */
export interface Moment {
  /** Which window this is, since the clock began. */
  readonly index: number
  /** How much of it is over: from 0 to less than 1. */
  readonly over: number
}

/** What a limit says of a request. */
export interface Verdict {
  readonly limit: RateLimit
  readonly isAllowed: boolean
  /** What is left to spend. */
  readonly remaining: number
  /** Whole seconds until more is left, or the request may come again. */
  readonly reset: number
}

/** Where a time in milliseconds lies. */
export function momentOf(now: number, { seconds }: RateLimit): Moment {
  return momentAt(now / (seconds * 1000))
}

/** Where a time in lengths of the window lies. */
export function momentAt(position: number): Moment {
  const index = Math.floor(position)
  return { index, over: position - index }
}

/**
 * The most that this window's counter may come to, when the one before had come to `previous`.
 *
 * What was spent in the window before counts for the part of it that lies within `seconds` from now,
 * as if it had been spread evenly.
 */
export function roomIn({ max }: RateLimit, previous: number, { over }: Moment): number {
  return Math.floor(max - previous * (1 - over))
}

/** What to answer when the counter came, or would have come, to `sum`. */
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

/** In windows: until enough of what was spent has faded, in this window or the next. */
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
