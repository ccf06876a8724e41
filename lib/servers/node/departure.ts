/** Notices when the client goes before its response is complete. */
import type { ServerResponse } from 'node:http'
import type { Incoming } from './incoming.ts'
import type { Outgoing } from './outgoing.ts'

/**
 * Watches 'close' of the response, the only event that tells: the request's own 'close' comes as
 * soon as its body was read.
 */
export class Departure {
  #gone = false
  #listeners: (() => void)[] | undefined
  #incoming: Incoming | undefined
  #outgoing: Outgoing | undefined

  constructor(response: ServerResponse) {
    response.on('close', () => {
      if (!response.writableFinished) this.#leave()
    })
  }

  /** The halves of the exchange, which are told first. */
  tell(incoming: Incoming, outgoing: Outgoing): void {
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  /** Calls a listener when the client goes, or at once when it has gone. */
  readonly listen = (listener: () => void): void => {
    if (this.#gone) listener()
    else {
      this.#listeners ??= []
      this.#listeners.push(listener)
    }
  }

  #leave(): void {
    this.#gone = true
    this.#outgoing?.disconnect()
    this.#incoming?.end()
    for (const listener of this.#listeners ?? []) listener()
  }
}
