/** Finds clients that do not read what is written to them: all of a server by one timer. */
import type { Socket } from 'node:net'

/** How long unless it is said otherwise. */
export const WRITE_TIMEOUT_MS = 60_000

/** How many looks there are in each timeout. */
const LOOKS = 4

/** What is not documented: how many bytes the system has not taken of a write that is under way. */
interface Handled extends Socket {
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

interface Stand {
  /** How much waited at that time; it changes with each byte that a client reads. */
  readonly waiting: string
  readonly since: number
}

/**
 * Cuts connections on which something waits and nothing moves, for a whole timeout. Whatever is
 * written or read by the client counts, so a slow one may take as long as it needs.
 */
export class StalledWrites {
  readonly #sockets: Set<Socket>
  readonly #timeoutMs: number
  readonly #stands = new Map<Socket, Stand>()
  #timer: NodeJS.Timeout | undefined

  /**
   * @param sockets Connections to look at; those that are destroyed are taken out.
   * @param timeoutMs 0 for never.
   */
  constructor(sockets: Set<Socket>, timeoutMs: number) {
    this.#sockets = sockets
    this.#timeoutMs = timeoutMs
  }

  /** Looks from time to time, as long as there are connections. */
  watch(): void {
    if (this.#timer !== undefined || this.#timeoutMs === 0) return
    this.#timer = setInterval(() => this.#look(), this.#timeoutMs / LOOKS)
    this.#timer.unref()
  }

  #look(): void {
    const now = performance.now()
    for (const socket of this.#sockets) {
      if (socket.destroyed) this.#sockets.delete(socket)
      else if (socket.writableLength > 0) this.#judge(socket, now)
      else this.#stands.delete(socket)
    }
    for (const socket of this.#stands.keys()) if (socket.destroyed) this.#stands.delete(socket)
    if (this.#sockets.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #judge(socket: Socket, now: number): void {
    const waiting = waitingOn(socket)
    const stand = this.#stands.get(socket)
    if (stand?.waiting !== waiting) this.#stands.set(socket, { waiting, since: now })
    else if (now - stand.since >= this.#timeoutMs) socket.destroy()
  }
}

/**
 * Where the writing stands. What Node documents tells of whole writes; a large one that goes out bit
 * by bit shows only in the queue of the system, which is asked where it can be.
 */
function waitingOn(socket: Handled): string {
  const { bytesWritten, writableLength, _handle } = socket
  return `${bytesWritten - writableLength} ${_handle?.writeQueueSize ?? ''}`
}
