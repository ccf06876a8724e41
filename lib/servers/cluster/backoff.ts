/** How long to wait before a worker is started again. */

/** A worker that served for so long has not failed at its start. */
export const STABLE_MS = 5_000

const LONGEST_MS = 10_000

/**
 * The pause in ms before the next start, which doubles with each failure: 0, 100, 200, … 10,000.
 *
 * @param failures How often it ended before it had served for a while.
 */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(LONGEST_MS, 100 * 2 ** (failures - 1))
}
