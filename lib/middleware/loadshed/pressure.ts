/** Measures how busy the process is, while requests come. */

/** How often it is measured, in ms. */
const SAMPLE_MS = 50

interface Limits {
  readonly maxEventLoopDelayMs?: number
  readonly maxHeapBytes?: number
}

interface Runtime {
  readonly process?: { readonly memoryUsage?: () => { readonly heapUsed: number } }
}

/**
 * A timer shows how late the event loop is. Timers run before what has arrived meanwhile, so the requests
 * that waited for a busy process meet a fresh measure. Without requests there is no timer.
 */
export class Pressure {
  readonly #maxDelay: number
  readonly #maxHeap: number
  #isHigh = false
  #isMeasuring = false
  #wasAsked = false

  constructor({ maxEventLoopDelayMs, maxHeapBytes }: Limits) {
    this.#maxDelay = maxEventLoopDelayMs ?? Number.POSITIVE_INFINITY
    this.#maxHeap = maxHeapBytes ?? Number.POSITIVE_INFINITY
    this.#isMeasuring = maxEventLoopDelayMs === undefined && maxHeapBytes === undefined
  }

  /** Whether a limit was exceeded when it was last measured. */
  isHigh(): boolean {
    this.#wasAsked = true
    if (!this.#isMeasuring) {
      this.#isMeasuring = true
      this.#isHigh = this.#isHeapFull()
      this.#measure()
    }
    return this.#isHigh
  }

  #measure(): void {
    this.#wasAsked = false
    const due = performance.now() + SAMPLE_MS
    const timer: { unref?: () => void } | number = setTimeout(() => {
      const isLate = performance.now() - due > this.#maxDelay
      this.#isHigh = isLate || this.#isHeapFull()
      if (this.#isHigh || this.#wasAsked) this.#measure()
      else this.#isMeasuring = false
    }, SAMPLE_MS)
    if (typeof timer === 'object') timer.unref?.() // it does not hold a process that ends
  }

  #isHeapFull(): boolean {
    if (this.#maxHeap === Number.POSITIVE_INFINITY) return false
    const { process } = globalThis as Runtime
    const used = process?.memoryUsage?.().heapUsed ?? 0
    return used > this.#maxHeap
  }
}
