/** The pause before a worker is started again. */

/** After this time, in ms, the end of a worker does not count as a failed start. */
export const STABLE_MS = 5_000

const LONGEST_MS = 10_000

/**
 * The pause in ms before the next start, which doubles with each failure: 0, 100, 200, … 10,000.
 *
 * @param failures How many times in a row the worker ended before it had served for `STABLE_MS`.
 */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_MS, 100 * 2 ** (failures - 1))
}
