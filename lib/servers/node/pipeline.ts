/** Bounds how many requests of one connection are at work at once. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { forgetLost, whenLost } from './socketclose.ts'

/** How many of them unless it is said otherwise. */
export const MOST_PIPELINED = 32

const PIPELINE: unique symbol = Symbol('pipeline')

interface Piped extends Socket {
  [PIPELINE]?: Pipeline
}

/** A request that waits until there is room for it. */
type Held = () => void

/**
 * The exchanges of one connection that are not answered yet, and the requests that wait for one of
 * them to end.
 *
 * Node reads on while responses are not written, so that one client with one connection could have any
 * number of them made at once. While a request waits here its connection is not read; only what came
 * in the same piece is held.
 */
export class Pipeline {
  readonly #socket: Socket
  readonly #most: number
  #open: ServerResponse[] = []
  readonly #held: Held[] = []

  constructor(socket: Socket, most: number) {
    this.#socket = socket
    this.#most = most
  }

  /** Whether a request that comes now may be served now. */
  get hasRoom(): boolean {
    if (this.#held.length > 0) return false
    if (this.#open.length < this.#most) return true
    this.#open = this.#open.filter(isOpen)
    return this.#open.length < this.#most
  }

  begin(response: ServerResponse): void {
    this.#open.push(response)
  }

  end(response: ServerResponse): void {
    const index = this.#open.indexOf(response)
    if (index >= 0) this.#open.splice(index, 1)
    if (this.#held.length > 0) this.#release()
  }

  /** Runs it once there is room; never when the connection is lost before. */
  hold(request: Held): void {
    if (this.#held.push(request) > 1) return
    whenLost(this.#socket, this.#drop)
    this.#socket.on('resume', this.#stayPaused)
    this.#socket.pause()
    // An app may go on behind its response, which makes room too.
    for (const response of this.#open) response.once('close', this.#release)
  }

  readonly #drop = (): void => {
    this.#held.length = 0
  }

  /** Node lets the connection go on after each request, and after each body. */
  readonly #stayPaused = (): void => {
    this.#socket.pause()
  }

  readonly #release = (): void => {
    this.#open = this.#open.filter(isOpen)
    while (this.#held.length > 0 && this.#open.length < this.#most) {
      const before = this.#open.length
      const request = this.#held.shift()
      if (this.#held.length === 0) this.#goOn()
      request?.()
      for (const response of this.#open.slice(before)) response.once('close', this.#release)
    }
  }

  #goOn(): void {
    forgetLost(this.#socket, this.#drop)
    this.#socket.off('resume', this.#stayPaused)
    this.#socket.resume()
  }
}

/** Whether a request has to wait for others of its connection. */
export function mustWait(socket: Piped): boolean {
  return socket[PIPELINE] !== undefined && !socket[PIPELINE].hasRoom
}

/** The pipeline of a connection, which most have no need of. */
export function pipelineOf(socket: Piped, most: number): Pipeline {
  socket[PIPELINE] ??= new Pipeline(socket, most)
  return socket[PIPELINE]
}

function isOpen({ writableEnded, destroyed }: ServerResponse): boolean {
  return !writableEnded && !destroyed
}
