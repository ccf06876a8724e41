/** Detects when a response is over: it was written to its end, or the client has disconnected. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { forgetLost, whenLost } from './socketclose.ts'

/**
 * Listens to 'close' of the response. The 'close' of the request cannot be used, because Node emits it as soon
 * as the body was read.
 *
 * The event listener is added with the first listener of the app. Most exchanges end without one, and the
 * event listener alone would cost them five percent.
 */
export class Disconnect {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  #watching = false
  #over = false
  #onOver: (() => void) | undefined
  #listeners: (() => void)[] | undefined

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
  }

  /** Whether the client disconnected before the response was complete. */
  get #gone(): boolean {
    return this.#over && !this.#response.writableFinished
  }

  /** Calls a listener once when the client disconnects, or immediately if it has disconnected already. */
  listen(listener: () => void): void {
    this.#watch()
    if (this.#gone) listener()
    else {
      this.#listeners ??= []
      this.#listeners.push(listener)
    }
  }

  /** Calls a listener when the response is over, whether it was completed or not. There can be only one. */
  whenOver(listener: () => void): void {
    this.#watch()
    if (this.#over) listener()
    else this.#onOver = listener
  }

  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    const response = this.#response
    const { socket } = this.#request
    this.#over = response.destroyed || socket.destroyed
    if (this.#over) return
    if (response.socket === null) this.#watchInLine(socket)
    else response.on('close', () => this.#end())
  }

  /** Node does not close a response that waits for an earlier one if the connection is lost. */
  #watchInLine(socket: Socket): void {
    const lose = (): void => {
      this.#response.destroy()
      this.#end()
    }
    whenLost(socket, lose)
    this.#response.on('close', () => {
      forgetLost(socket, lose)
      this.#end()
    })
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    const onOver = this.#onOver
    this.#onOver = undefined
    onOver?.()
    // The listeners are always released: the connection may hold this object, and their closures, for long.
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    if (this.#gone) for (const listener of listeners) listener()
  }
}
