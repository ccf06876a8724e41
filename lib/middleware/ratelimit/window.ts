/** The arithmetic of a sliding window: two counters, the older one fading. */

export interface RateLimit {
  /** The most requests per window, or the most that they may cost if `cost` is set. */
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
  /** What is left in the window. */
  readonly remaining: number
  /** Whole seconds until more is available, or until a rejected request may be repeated. */
  readonly reset: number
}

/** The window of a time in milliseconds. */
export function momentOf(now: number, { seconds }: RateLimit): Moment {
  return momentAt(now / (seconds * 1000))
}

/** The window of a time in window lengths. */
export function momentAt(position: number): Moment {
  const index = Math.floor(position)
  return { index, over: position - index }
}

/**
 * The most that this window's counter may reach, if the one before had reached `previous`.
 *
 * The window before counts in proportion to the part of it that lies within the last `seconds`, as if
 * its requests had been spread evenly.
 */
export function roomIn({ max }: RateLimit, previous: number, { over }: Moment): number {
  return Math.floor(max - previous * (1 - over))
}

/** The verdict when the counter reached, or would have reached, `sum`. */
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

/** In windows: until enough has faded, in this window or the next. */
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
