/** Counts what is open, so that a server can close without cutting it off. */
import type { Server } from 'node:http'

/** How long an app gets to notice that its connection was cut. */
const AFTERMATH_MS = 1_000

export class InFlight {
  readonly #node: Server
  #count = 0
  #closing = false
  #onEmpty: () => void = () => {}

  constructor(node: Server) {
    this.#node = node
  }

  get closing(): boolean {
    return this.#closing
  }

  /** Counts an exchange until its app is done, background work included; undefined was done at once. */
  track(exchange: Promise<void> | undefined): void {
    if (exchange === undefined) return
    this.#count++
    exchange.then(() => {
      this.#count--
      if (this.#count === 0) this.#onEmpty()
    })
  }

  /** Ends every connection at once. */
  cut(): void {
    this.#node.closeAllConnections()
  }

  /** Stops accepting, waits for what is open, and cuts what takes longer than the grace time. */
  async close(gracePeriodMs: number): Promise<void> {
    this.#closing = true
    const closed = new Promise<void>((resolve) => this.#node.close(() => resolve()))
    this.#node.closeIdleConnections()
    await this.#empty(gracePeriodMs)
    this.cut()
    await this.#empty(AFTERMATH_MS)
    await closed
  }

  /** Resolves when nothing is open any more, or when the time is up. */
  #empty(timeoutMs: number): Promise<void> {
    if (this.#count === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#onEmpty = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
