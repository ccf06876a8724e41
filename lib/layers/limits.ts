/** The limits of a layer: what is valid, apart from the code that enforces them. */
import { mustRange } from '../internal/must.ts'

export interface TimeoutOptions {
  /** Milliseconds until the response must be complete. */
  ms: number
  /** The status of the answer if nothing was sent by then; 504 blames an upstream server (503). */
  status?: 503 | 504
  /** Stop the timer once the response has started, for streams and event streams (false). */
  untilStart?: boolean
}

/** Options without gaps. */
export type TimeLimit = Readonly<Required<TimeoutOptions>>

/** The longest delay of a timer in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

/** Checks options, and adds the defaults. */
export function readTimeout(where: string, options: TimeoutOptions): TimeLimit {
  const { ms, status = 503, untilStart = false } = options
  const what = `ms must be a number of milliseconds up to ${LONGEST_MS}`
  const fix = 'Leave it out for no limit'
  mustRange(where, ms > 0 && ms <= LONGEST_MS, what, ms, fix)
  const isKnown = status === 503 || status === 504
  mustRange(where, isKnown, 'status must be 503 or 504', status, 'Choose one')
  return { ms, status, untilStart }
}

/** Checks an option that is a number of bytes. */
export function mustBeSize(where: string, option: string, size: number): void {
  mustRange(
    where,
    typeof size === 'number' && size >= 0,
    `${option} must be a number of bytes`,
    size,
    'Infinity means no limit',
  )
}
