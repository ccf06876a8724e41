// Timers at another pace, so that no test measures time to see whether a timer ended something.
import type { Test } from 'tap'

/**
 * Multiplies the time of each `setTimeout` until the end of the test, and clears then what still waits.
 * With a large factor nothing that a timer ends is over before a test loses its patience. Sockets and
 * node:timers keep their time.
 */
export function stretchTimers(t: Test, factor: number): void {
  const plain = globalThis.setTimeout
  const timers: NodeJS.Timeout[] = []
  const stretched = (listener: (...all: unknown[]) => void, ms = 0, ...all: unknown[]) => {
    const timer = plain(listener, ms * factor, ...all)
    timers.push(timer)
    return timer
  }
  Object.assign(globalThis, { setTimeout: stretched })
  t.teardown(() => {
    Object.assign(globalThis, { setTimeout: plain })
    for (const timer of timers) clearTimeout(timer)
  })
}

/** No timer fires: a second takes a quarter of an hour. */
export function stopTimers(t: Test): void {
  stretchTimers(t, 1000)
}

/** Lets `performance.now` stand still until the end of the test, except when it is moved. */
export function standingClock(t: Test): { readonly move: (ms: number) => void } {
  const { now } = performance
  let time = performance.now()
  performance.now = () => time
  t.teardown(() => {
    performance.now = now
  })
  return {
    move: (ms) => {
      time += ms
    },
  }
}
