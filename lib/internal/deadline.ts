/** Waits no longer than a time. */

/**
 * Calls a function when a time is over; gives the way to call it off.
 *
 * An answer that has arrived counts, even if the process was too busy to read it: timers come first
 * after that, so one more turn is waited for.
 */
export function whenLate(timeoutMs: number, late: () => void): () => void {
  let timer = setTimeout(() => {
    timer = setTimeout(late, 1)
  }, timeoutMs)
  return () => clearTimeout(timer)
}

/** What a promise gives, or an error when it takes longer; no timer is left behind. */
export async function inTime<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  let callOff = (): void => {}
  const late = new Promise<never>((_, reject) => {
    const failure = tooLate(timeoutMs)
    callOff = whenLate(timeoutMs, () => reject(failure))
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    callOff()
  }
}

export function tooLate(timeoutMs: number): Error {
  return new Error(`it took longer than ${timeoutMs} ms`)
}
