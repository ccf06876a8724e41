/** Counts open exchanges and connections, which lets a server close without cutting them off. */
import type { Server } from 'node:http'
import { type Socket, Server as SocketServer } from 'node:net'
import { isLingering } from './linger.ts'
import { LookClock } from './lookclock.ts'
import { type Ongoing, OngoingSet } from './ongoing.ts'
import { StalledWrites } from './stalled.ts'

/** How long a closing server waits for apps to end after their connections were cut, in ms. */
const AFTERMATH_MS = 1_000

/**
 * How long a closing server leaves idle connections open, in ms. A request may be on its way on one of them. Its
 * response tells the client that the connection closes.
 */
const SETTLE_MS = 100

/** How often a closing server checks its connections, in ms: Node has no event for a connection that becomes idle. */
const LOOK_MS = 20

/** Connections of another protocol, which close in a different way. */
export interface Foreign {
  /** Whether none is open. */
  readonly isIdle: boolean
  /** Tells clients to send no more requests on these connections. */
  drain(): void
  /** Closes each connection when its open requests have ended. */
  close(): void
  cut(): void
}

export class Drain {
  readonly #node: Server
  readonly #sockets = new Set<Socket>()
  /** The TCP connections below TLS. A connection whose handshake is not complete is only in this set. */
  readonly #lower = new Set<Socket>()
  readonly #ongoing = new OngoingSet()
  #foreign: Foreign | undefined
  #isIdleToo: (socket: Socket) => boolean = () => false
  #closing = false
  #forced = false
  #settling = new LookClock(LOOK_MS)
  #settleMs = 0

  /**
   * @param writeTimeoutMs How long a client may read nothing while bytes wait for it, in ms; 0 sets no limit.
   * @param isSecure Whether connections come over TLS.
   */
  constructor(node: Server, writeTimeoutMs: number, isSecure = false) {
    this.#node = node
    const sockets = this.#sockets
    const stalled = new StalledWrites(sockets, writeTimeoutMs)
    // One function serves all sockets. `once` would keep four objects for each socket, and most sockets are idle.
    function forget(this: Socket): void {
      sockets.delete(this)
    }
    if (isSecure) this.#watchHandshakes(node)
    node.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
      sockets.add(socket)
      stalled.watch()
      socket.on('close', forget)
    })
  }

  /** TLS runs over a separate TCP socket. Until the handshake is complete, there is no other socket. */
  #watchHandshakes(node: Server): void {
    const lower = this.#lower
    node.on('connection', (socket: Socket) => {
      lower.add(socket)
      socket.on('close', () => lower.delete(socket))
    })
  }

  /** Registers the connections of another protocol. */
  leaveTo(foreign: Foreign): void {
    this.#foreign = foreign
  }

  /** Registers a function that returns whether a connection that Node does not read is idle. */
  alsoIdle(isIdle: (socket: Socket) => boolean): void {
    this.#isIdleToo = isIdle
  }

  /** Forgets a connection that has changed to another protocol. */
  leave(socket: Socket): void {
    this.#sockets.delete(socket)
  }

  /** Whether each response must be the last of its connection. */
  get draining(): boolean {
    return this.#ongoing.draining
  }

  get closing(): boolean {
    return this.#closing
  }

  /** Counts an ongoing exchange. A closing server waits for it. */
  begin(): void {
    this.#ongoing.begin()
  }

  /** Calls `drain` of an exchange when the server begins to close. */
  listen(one: Ongoing): void {
    this.#ongoing.listen(one)
  }

  /** Counts the end of an ongoing exchange. */
  end(one?: Ongoing): void {
    this.#ongoing.end(one)
  }

  /** Tells ongoing exchanges that the server closes. It resolves after the delay, or earlier if the server is cut. */
  drain(delayMs: number): Promise<void> {
    this.#ongoing.drain()
    this.#foreign?.drain()
    return this.#until(() => delayMs <= 0 || this.#forced, delayMs)
  }

  /** Ends every connection immediately, without waiting for the grace period. */
  cut(): void {
    this.#forced = true
    this.#node.closeAllConnections()
    this.#foreign?.cut()
    // Node does not close connections that have left HTTP.
    for (const socket of [...this.#sockets, ...this.#lower]) socket.destroy()
  }

  /** Stops accepting connections, waits for open exchanges, and cuts them after the grace period. */
  async close(gracePeriodMs: number): Promise<void> {
    this.#closing = true
    this.#settling = new LookClock(LOOK_MS)
    this.#settleMs = Math.min(SETTLE_MS, gracePeriodMs)
    this.#foreign?.close()
    const closed = this.#stopListening()
    await this.#until(() => this.#isIdle() || this.#forced, gracePeriodMs)
    this.cut()
    await this.#until(() => this.#ongoing.count === 0, AFTERMATH_MS)
    await closed
    this.#node.close() // clears the HTTP server's timer that checks connections
  }

  /** Calls `close` of the TCP server. The one of the HTTP server would cut responses that are not written yet. */
  #stopListening(): Promise<void> {
    return new Promise((resolve) => {
      SocketServer.prototype.close.call(this.#node, () => resolve())
    })
  }

  /** Whether all apps have ended and all bytes are written. It also closes idle connections. */
  #isIdle(): boolean {
    if (this.#settling.look() < this.#settleMs) return this.#isEmpty()
    const writing = [...this.#sockets].filter((socket) => socket.writableLength > 0)
    if (writing.length === 0) this.#closeIdle()
    if (this.#ongoing.count > 0) return false
    for (const socket of this.#sockets) {
      if (socket.writableLength === 0 && !isLingering(socket)) socket.destroy()
    }
    const isIdle = this.#isForeignIdle && [...this.#sockets].every((socket) => socket.destroyed)
    if (isIdle) for (const socket of this.#lower) socket.destroy()
    return isIdle
  }

  #closeIdle(): void {
    this.#node.closeIdleConnections()
    for (const socket of this.#sockets) if (this.#isIdleToo(socket)) socket.destroy()
  }

  #isEmpty(): boolean {
    const connections = this.#sockets.size + this.#lower.size
    return this.#ongoing.count === 0 && connections === 0 && this.#isForeignIdle
  }

  get #isForeignIdle(): boolean {
    return this.#foreign?.isIdle ?? true
  }

  #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return Promise.resolve()
    const end = Date.now() + timeoutMs
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition() && Date.now() < end) return
        clearInterval(timer)
        resolve()
      }
      // If the process was blocked, requests wait in the operating system: they are read before the immediate.
      const timer = setInterval(() => setImmediate(look), LOOK_MS)
    })
  }
}
