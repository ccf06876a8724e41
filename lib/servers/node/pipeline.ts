/** Limits the number of requests of one connection that are handled at the same time. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { forgetLost, whenLost } from './socketclose.ts'

/** The default limit. */
export const MOST_PIPELINED = 32

const PIPELINE: unique symbol = Symbol('pipeline')

interface PipelinedSocket extends Socket {
  [PIPELINE]?: Pipeline
}

/** Begins a request that has waited. */
type HeldRequest = () => void

/**
 * The open exchanges of one connection, and the requests that wait until one of these ends.
 *
 * Node continues to read while responses are not written, so one client with one connection could start any
 * number of exchanges at the same time. While a request waits here, its connection is not read. Only requests
 * that arrived in the same chunk are held.
 */
class Pipeline {
  readonly #socket: Socket
  readonly #most: number
  #open: ServerResponse[] = []
  readonly #held: HeldRequest[] = []

  constructor(socket: Socket, most: number) {
    this.#socket = socket
    this.#most = most
  }

  /** Whether a new request may begin immediately. */
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

  /** Begins a request when there is room. It never begins if the connection is lost before. */
  hold(request: HeldRequest): void {
    if (this.#held.push(request) > 1) return
    whenLost(this.#socket, this.#drop)
    this.#socket.on('resume', this.#stayPaused)
    this.#socket.pause()
    // A response that closes makes room, even if its app still runs.
    for (const response of this.#open) response.once('close', this.#release)
  }

  readonly #drop = (): void => {
    this.#held.length = 0
  }

  /** Node resumes the connection after each request and after each body. */
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

/** Whether a new request must wait for other requests of its connection. */
export function mustWait(socket: PipelinedSocket): boolean {
  return socket[PIPELINE] !== undefined && !socket[PIPELINE].hasRoom
}

/** Returns the pipeline of a connection. It is made on first use, because most connections need none. */
export function pipelineOf(socket: PipelinedSocket, most: number): Pipeline {
  socket[PIPELINE] ??= new Pipeline(socket, most)
  return socket[PIPELINE]
}

function isOpen({ writableEnded, destroyed }: ServerResponse): boolean {
  return !writableEnded && !destroyed
}
