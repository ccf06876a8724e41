/** Finds clients that do not read the bytes that are written to them. One timer serves all clients of a server. */
import type { Socket } from 'node:net'
import { LookClock } from './lookclock.ts'

/** The default timeout, in ms. */
export const WRITE_TIMEOUT_MS = 60_000

/** The number of checks in each timeout. */
const LOOKS = 4

/** An undocumented property: the number of bytes of the current write that the operating system has not accepted. */
interface SocketWithHandle extends Socket {
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

interface WriteProgress {
  /** The progress at that time, as text. It changes with each byte that a client reads. */
  readonly waiting: string
  readonly since: number
}

/**
 * Cuts connections on which bytes wait and none is sent for a whole timeout. Each byte that the client reads
 * restarts the timeout, so a slow client may take as long as it needs.
 */
export class StalledWrites {
  readonly #sockets: Set<Socket>
  readonly #timeoutMs: number
  readonly #clock: LookClock
  readonly #progress = new Map<Socket, WriteProgress>()
  #timer: NodeJS.Timeout | undefined

  /**
   * @param sockets The connections to check. Destroyed ones are removed from the set.
   * @param timeoutMs The timeout in ms; 0 disables it.
   */
  constructor(sockets: Set<Socket>, timeoutMs: number) {
    this.#sockets = sockets
    this.#timeoutMs = timeoutMs
    this.#clock = new LookClock(timeoutMs / LOOKS)
  }

  /** Starts the timer, which runs until there are no connections left. */
  watch(): void {
    if (this.#timer !== undefined || this.#timeoutMs === 0) return
    this.#timer = setInterval(() => this.#look(), this.#timeoutMs / LOOKS)
    this.#timer.unref()
  }

  #look(): void {
    const now = this.#clock.look()
    for (const socket of this.#sockets) {
      if (socket.destroyed) this.#sockets.delete(socket)
      else if (socket.writableLength > 0) this.#judge(socket, now)
      else this.#progress.delete(socket)
    }
    for (const socket of this.#progress.keys()) if (socket.destroyed) this.#progress.delete(socket)
    if (this.#sockets.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #judge(socket: Socket, now: number): void {
    const waiting = waitingOn(socket)
    const progress = this.#progress.get(socket)
    if (progress?.waiting !== waiting) this.#progress.set(socket, { waiting, since: now })
    else if (now - progress.since >= this.#timeoutMs) socket.destroy()
  }
}

/**
 * Returns the progress of writing as text. Node's documented properties count only whole writes. The progress of
 * a large write shows only in the undocumented property, which is read if it exists.
 */
function waitingOn(socket: SocketWithHandle): string {
  const { bytesWritten, writableLength, _handle } = socket
  return `${bytesWritten - writableLength} ${_handle?.writeQueueSize ?? ''}`
}
