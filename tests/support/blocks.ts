// Whether this process was held up, so that its connections were idle without its doing.
import type { Test } from 'tap'

/** A closing server keeps idle connections for twice as long. */
const IDLE_MS = 50

/**
 * Tells whether this process was blocked within the last second. Its connections were idle then, and an idle
 * connection may be closed while a request is on its way (RFC 9112 section 9.5).
 */
export function watchBlocks(t: Test): () => boolean {
  let [tickedAt, blockedAt] = [performance.now(), Number.NEGATIVE_INFINITY]
  const tick = (): void => {
    const now = performance.now()
    if (now - tickedAt > IDLE_MS) blockedAt = now
    tickedAt = now
  }
  const timer = setInterval(tick, 1)
  t.teardown(() => clearInterval(timer))
  return () => {
    tick()
    return tickedAt - blockedAt < 1000
  }
}
