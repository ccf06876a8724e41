/** Notices when the client goes before its response is complete. */
import type { ServerResponse } from 'node:http'

/**
 * Watches 'close' of the response, the only event that tells: the request's own 'close' comes as
 * soon as its body was read.
 *
 * It listens only once somebody wants to know: most exchanges are over before anybody does, and the
 * listener alone would cost them five percent.
 */
export class Departure {
  readonly #response: ServerResponse
  #gone = false
  #watching = false
  readonly #listeners: (() => void)[] = []

  constructor(response: ServerResponse) {
    this.#response = response
  }

  /** Calls a listener once, when the client goes, or at once when it has gone. */
  listen(listener: () => void): void {
    if (!this.#watching) this.#watch()
    if (this.#gone) listener()
    else this.#listeners.push(listener)
  }

  #watch(): void {
    this.#watching = true
    const response = this.#response
    this.#gone = response.destroyed && !response.writableFinished
    response.on('close', () => {
      if (response.writableFinished) return
      this.#gone = true
      for (const listener of this.#listeners.splice(0)) listener()
    })
  }
}
