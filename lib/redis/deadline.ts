/** Waits no longer than a time. */

/** What a promise gives, or an error when it takes longer; no timer is left behind. */
export async function inTime<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const failure = new Error(`it took longer than ${timeoutMs} ms`)
    timer = setTimeout(reject, timeoutMs, failure)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
