/** Waits with a time limit. No timer is left behind. */
import { checkRange } from './checks.ts'

/** Timers of this length and more would fire at once. */
const TOO_LONG = 2 ** 31

/** @throws RangeError if the time is invalid for a timer. */
export function assertTimeout(where: string, timeoutMs: number): void {
  const what = 'timeoutMs must be a number of milliseconds below 2^31'
  const isTime = timeoutMs > 0 && timeoutMs < TOO_LONG
  checkRange(where, isTime, what, timeoutMs, 'Choose how long a request may wait')
}

/**
 * Calls `late` after `timeoutMs` milliseconds, unless the returned function is called before. A time that
 * is too long for a timer is no limit.
 *
 * After a busy phase, the event loop runs timers before it reads data that has already arrived. So one
 * more turn of the event loop passes before `late` is called.
 */
export function whenLate(timeoutMs: number, late: () => void): () => void {
  if (timeoutMs >= TOO_LONG) return () => {}
  let timer = setTimeout(() => {
    timer = setTimeout(late, 1)
  }, timeoutMs)
  return () => clearTimeout(timer)
}

/**
 * Returns the result of a promise, or throws if it takes too long.
 *
 * @param timeoutMs Milliseconds; `Infinity` waits without a limit.
 * @param late Makes the error for a promise that takes longer (`it took longer than 5 ms`).
 * @throws Error if the promise takes longer than `timeoutMs`.
 */
export async function inTime<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
  late: () => Error = () => tooLate(timeoutMs),
): Promise<Value> {
  let callOff = (): void => {}
  const expired = new Promise<never>((_, reject) => {
    callOff = whenLate(timeoutMs, () => reject(late()))
  })
  try {
    return await Promise.race([promise, expired])
  } finally {
    callOff()
  }
}

/**
 * Resolves to true if the promise is fulfilled within `timeoutMs`, otherwise to false. Rejects if the
 * promise does.
 */
export async function endsWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

export function tooLate(timeoutMs: number): Error {
  return new Error(`it took longer than ${timeoutMs} ms`)
}
