/** Fetches key sets, and pauses after a failed fetch so that forged tokens cannot repeat it. */
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
 * A `fetch` that pauses for a second after a failure, then for two seconds, and so on.
 *
 * A response that is not a key set, by its status or its content, counts as a failure.
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
        return response // jose reports what is wrong with it
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
