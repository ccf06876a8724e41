/**
 * Fetches key sets, and pauses after a failed fetch. Without the pause forged tokens could cause many
 * fetches.
 */
import type { FetchImplementation } from 'jose'

/** Thrown while fetches are paused; the failure itself was reported before. */
export class KeysPaused extends Error {
  constructor(cause: unknown) {
    super('The keys are not fetched again yet, because the last fetch failed.', { cause })
    this.name = 'KeysPaused'
  }
}

const FIRST_PAUSE_MS = 1_000

/**
 * Returns a `fetch` that pauses after a failure: for a second, then two seconds, then four, and so on.
 *
 * A response whose status or content is not that of a key set is a failure.
 *
 * @param longestMs The longest pause in milliseconds.
 */
export function pausingFetch(
  longestMs: number,
  fetchKeys: FetchImplementation = fetch,
  now: () => number = Date.now,
): FetchImplementation {
  let failures = 0
  let resumes = Number.NEGATIVE_INFINITY
  let last: unknown
  const fail = (error: unknown): void => {
    last = error
    resumes = now() + Math.min(longestMs, FIRST_PAUSE_MS * 2 ** failures++)
  }
  return async (url, options) => {
    if (now() < resumes) throw new KeysPaused(last)
    try {
      const response = await fetchKeys(url, options)
      if (response.status !== 200) {
        fail(new Error(`The status was ${response.status}.`))
        await response.body?.cancel()
        return response // jose reports the wrong status
      }
      const text = await response.text()
      if (hasKeys(text)) failures = 0
      else fail(new Error('The response was not a set of keys.'))
      return new globalThis.Response(text)
    } catch (error) {
      fail(error)
      throw error
    }
  }
}

function hasKeys(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text)?.keys)
  } catch {
    return false
  }
}
