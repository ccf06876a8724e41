/** Counts what is open, so that a server can close without cutting it off. */
import type { Server } from 'node:http'
import { type Socket, Server as SocketServer } from 'node:net'
import { isLingering } from './linger.ts'
import { type Ongoing, OngoingSet } from './ongoing.ts'
import { StalledWrites } from './stalled.ts'

/** How long an app gets to notice that its connection was cut. */
const AFTERMATH_MS = 1_000

/**
 * How long a closing server leaves idle connections open: a request may be on its way on one of them. Its
 * answer tells the client that it is the last.
 */
const SETTLE_MS = 100

/** How often a closing server looks at its connections: nothing tells when one has become idle. */
const LOOK_MS = 20

/** Connections of another protocol, which close in a way of their own. */
export interface Foreign {
  /** Whether none is open. */
  readonly isIdle: boolean
  /** Asks clients to open no more requests here. */
  drain(): void
  /** Lets what is open end, and closes each connection then. */
  close(): void
  cut(): void
}

export class Drain {
  readonly #node: Server
  readonly #sockets = new Set<Socket>()
  /** What is below TLS; handshakes that are not done are only here. */
  readonly #lower = new Set<Socket>()
  readonly #ongoing = new OngoingSet()
  #foreign: Foreign | undefined
  #isIdleToo: (socket: Socket) => boolean = () => false
  #closing = false
  #forced = false
  #settledAt = 0

  /**
   * @param writeTimeoutMs How long a client may read nothing of what waits for it; 0 is for ever.
   * @param isSecure Whether connections come over TLS.
   */
  constructor(node: Server, writeTimeoutMs: number, isSecure = false) {
    this.#node = node
    const sockets = this.#sockets
    const stalled = new StalledWrites(sockets, writeTimeoutMs)
    // The same for all, and not by `once`, which keeps four objects: most sockets are idle.
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

  /** Below TLS there is a connection of its own, the only one until the handshake is done. */
  #watchHandshakes(node: Server): void {
    const lower = this.#lower
    node.on('connection', (socket: Socket) => {
      lower.add(socket)
      socket.on('close', () => lower.delete(socket))
    })
  }

  /** Leaves some connections to those who know their protocol. */
  leaveTo(foreign: Foreign): void {
    this.#foreign = foreign
  }

  /** Tells of connections that are read by others than Node whether they are idle. */
  alsoIdle(isIdle: (socket: Socket) => boolean): void {
    this.#isIdleToo = isIdle
  }

  /** Forgets a connection that is another's from now on. */
  leave(socket: Socket): void {
    this.#sockets.delete(socket)
  }

  /** Whether responses are the last of their connections. */
  get draining(): boolean {
    return this.#ongoing.draining
  }

  get closing(): boolean {
    return this.#closing
  }

  /** An exchange goes on: closing waits for it. */
  begin(): void {
    this.#ongoing.begin()
  }

  /** Tells it when the server begins to close. */
  listen(one: Ongoing): void {
    this.#ongoing.listen(one)
  }

  /** One of those that went on is over. */
  end(one?: Ongoing): void {
    this.#ongoing.end(one)
  }

  /** Tells what goes on that the server closes; the port stays open for so long, unless it is cut. */
  drain(delayMs: number): Promise<void> {
    this.#ongoing.drain()
    this.#foreign?.drain()
    return this.#until(() => delayMs <= 0 || this.#forced, delayMs)
  }

  /** Ends every connection at once, without waiting for the grace time. */
  cut(): void {
    this.#forced = true
    this.#node.closeAllConnections()
    this.#foreign?.cut()
    // Those that have left HTTP are not Node's any more.
    for (const socket of [...this.#sockets, ...this.#lower]) socket.destroy()
  }

  /** Stops accepting, waits for what is open, and cuts what takes longer than the grace time. */
  async close(gracePeriodMs: number): Promise<void> {
    this.#closing = true
    this.#settledAt = performance.now() + Math.min(SETTLE_MS, gracePeriodMs)
    this.#foreign?.close()
    const closed = this.#stopListening()
    await this.#until(() => this.#isIdle() || this.#forced, gracePeriodMs)
    this.cut()
    await this.#until(() => this.#ongoing.count === 0, AFTERMATH_MS)
    await closed
    this.#node.close() // ends what the http server keeps besides its connections
  }

  /** Not yet http's own `close`: it would cut responses that are ended, but not written. */
  #stopListening(): Promise<void> {
    return new Promise((resolve) => {
      SocketServer.prototype.close.call(this.#node, () => resolve())
    })
  }

  /** Whether all apps are done and all they sent is written; closes what is idle. */
  #isIdle(): boolean {
    if (performance.now() < this.#settledAt) return this.#isEmpty()
    const writing = [...this.#sockets].filter((socket) => socket.writableLength > 0)
    if (writing.length === 0) this.#closeIdle()
    if (this.#ongoing.count > 0) return false
    for (const socket of this.#sockets) {
      if (socket.writableLength === 0 && !isLingering(socket)) socket.destroy()
    }
    const isForeignIdle = this.#foreign?.isIdle ?? true
    const isIdle = isForeignIdle && [...this.#sockets].every((socket) => socket.destroyed)
    if (isIdle) for (const socket of this.#lower) socket.destroy()
    return isIdle
  }

  #closeIdle(): void {
    this.#node.closeIdleConnections()
    for (const socket of this.#sockets) if (this.#isIdleToo(socket)) socket.destroy()
  }

  #isEmpty(): boolean {
    const isForeignIdle = this.#foreign?.isIdle ?? true
    const connections = this.#sockets.size + this.#lower.size
    return this.#ongoing.count === 0 && connections === 0 && isForeignIdle
  }

  #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    if (condition()) return Promise.resolve()
    const end = Date.now() + timeoutMs
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if (!condition() && Date.now() < end) return
        clearInterval(timer)
        resolve()
      }, LOOK_MS)
    })
  }
}
