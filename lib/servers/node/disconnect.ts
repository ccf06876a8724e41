/** Notices when a response is over: written to its end, or cut short because the client has gone. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { forgetLost, whenLost } from './socketclose.ts'

/**
 * Watches 'close' of the response, the only event that tells: the request's own 'close' comes as
 * soon as its body was read.
 *
 * It listens only once there is a listener: most exchanges end before there is one, and the
 * listener alone would cost them five percent.
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

  /** Whether the client went before the response was complete. */
  get #gone(): boolean {
    return this.#over && !this.#response.writableFinished
  }

  /** Calls a listener once, when the client goes, or at once when it has gone. */
  listen(listener: () => void): void {
    this.#watch()
    if (this.#gone) listener()
    else {
      this.#listeners ??= []
      this.#listeners.push(listener)
    }
  }

  /** Calls a listener, the only one of its kind, when the response is over, however it ended. */
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

  /** A response that waits for the one before it is not told by Node when the connection is lost. */
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
    // Let go in any case: the connection may hold on to this for long, and to all that they know.
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    if (this.#gone) for (const listener of listeners) listener()
  }
}
