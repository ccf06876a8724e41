/** Measures the load of the process while requests arrive. */

/** The interval of the measurements in ms. */
const SAMPLE_MS = 50

interface Limits {
  readonly maxEventLoopDelayMs?: number
  readonly maxHeapBytes?: number
}

interface Runtime {
  readonly process?: { readonly memoryUsage?: () => { readonly heapUsed: number } }
}

/**
 * Measures the delay of the event loop by a timer. The event loop runs due timers before it reads new
 * requests, so requests that waited see a recent measurement. Without requests there is no timer.
 */
export class Pressure {
  readonly #maxDelay: number
  readonly #maxHeap: number
  #isHigh = false
  #isMeasuring = false
  #hadRequests = false

  constructor({ maxEventLoopDelayMs, maxHeapBytes }: Limits) {
    this.#maxDelay = maxEventLoopDelayMs ?? Number.POSITIVE_INFINITY
    this.#maxHeap = maxHeapBytes ?? Number.POSITIVE_INFINITY
    this.#isMeasuring = maxEventLoopDelayMs === undefined && maxHeapBytes === undefined
  }

  /** Whether a limit was exceeded when it was last measured. */
  isHigh(): boolean {
    this.#hadRequests = true
    if (!this.#isMeasuring) {
      this.#isMeasuring = true
      this.#isHigh = this.#isHeapFull()
      this.#measure()
    }
    return this.#isHigh
  }

  #measure(): void {
    this.#hadRequests = false
    const due = performance.now() + SAMPLE_MS
    const timer: { unref?: () => void } | number = setTimeout(() => {
      const isLate = performance.now() - due > this.#maxDelay
      this.#isHigh = isLate || this.#isHeapFull()
      if (this.#isHigh || this.#hadRequests) this.#measure()
      else this.#isMeasuring = false
    }, SAMPLE_MS)
    if (typeof timer === 'object') timer.unref?.() // it must not keep the process running
  }

  #isHeapFull(): boolean {
    if (this.#maxHeap === Number.POSITIVE_INFINITY) return false
    const { process } = globalThis as Runtime
    const used = process?.memoryUsage?.().heapUsed ?? 0
    return used > this.#maxHeap
  }
}
