/** Fetches a set of keys, and pauses after a fetch that failed: made-up tokens must not repeat it. */
import type { FetchImplementation } from 'jose'

/** The answer while no fetch is tried; the failure before it has been told. */
export class KeysPaused extends Error {
  constructor(cause: unknown) {
    super('The keys are not fetched again yet, since that has just failed.', { cause })
    this.name = 'KeysPaused'
  }
}

const FIRST_PAUSE_MS = 1_000

/**
 * A `fetch` that is not tried again for a second after it failed, then for two, and so on.
 *
 * What is not a set of keys, by its status or its content, is a failure too.
 *
 * @param longestMs The longest pause.
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
        return response // jose says what is wrong with it
      }
      const text = await response.text()
      if (hasKeys(text)) failures = 0
      else fail(new Error('That was no set of keys.'))
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
