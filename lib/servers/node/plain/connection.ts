/** One connection whose plain requests are read here; for good Node's once something else comes. */
import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { NO_BYTES } from '../../../internal/bytes.ts'
import type { Service } from '../service.ts'
import { PlainExchange } from './exchange.ts'
import { readPlain } from './grammar.ts'
import type { Connection } from './wire.ts'

/** What all connections of a server share. */
export interface Terms {
  readonly service: Service
  readonly maxHeaderSize: number
  /** How long a client may take for its first request, in ms; 0 is for ever. */
  readonly firstMs: number
  /** What clients are told of how long an idle connection is kept, in ms; 0 is for ever. */
  readonly keepAliveMs: number
  /** How long it is kept. */
  readonly idleMs: number
  /** Gives a connection to Node, as if it were new. */
  readonly leave: (socket: Socket) => void
}

/** What may come ahead of an answer before the connection is no longer read. */
const MOST_HELD = 65_536

/** How long a client may take for what was sent to it before a cut. */
const CUT_MS = 5_000

/** What Node says to clients that are too slow. */
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

const CONNECTION: unique symbol = Symbol('plain connection')

interface Taken extends Socket {
  [CONNECTION]?: PlainConnection | undefined
}

/**
 * Requests come one by one: what a client sends ahead of an answer waits for it, and goes to Node then,
 * which knows how to serve such clients.
 */
export class PlainConnection implements Connection {
  readonly socket: Socket
  readonly #terms: Terms
  #exchange: PlainExchange | undefined
  #isUsed = false
  /** Whether its last response was given to the socket. */
  #isPastLast = false
  #isCut = false
  #held: Buffer[] | undefined
  #heldSize = 0

  constructor(socket: Socket, terms: Terms) {
    this.socket = socket
    this.#terms = terms
  }

  get keepAliveMs(): number {
    return this.#terms.keepAliveMs
  }

  /** Whether it waits for a request, but not for its first. */
  get isIdle(): boolean {
    return this.#isUsed && this.#exchange === undefined && this.socket.writableLength === 0
  }

  take(bytes: Buffer): void {
    if (this.#exchange !== undefined) {
      this.#hold(bytes)
      return
    }
    if (this.#isPastLast) return
    const asked = readPlain(bytes, this.#terms.maxHeaderSize)
    if (asked === undefined) {
      this.#leave(bytes)
      return
    }
    const exchange = new PlainExchange(this.#terms.service, this, asked, bytes)
    this.#exchange = exchange
    exchange.run()
  }

  /** A whole response was given to the socket, if that was still open. */
  answered(isLast: boolean): void {
    const { socket } = this
    if (socket.writable) {
      if (socket.writableLength === 0) this.#goOn()
      else if (isLast) socket.once('finish', () => this.#goOn())
      else socket.write(NO_BYTES, () => this.#goOn())
    }
    if (!isLast) return
    this.#isPastLast = true
    socket.destroySoon()
  }

  /** Ends it in the middle of a response; what was accepted before still goes out. */
  cut(): void {
    const { socket } = this
    this.#isPastLast = true
    // The parts of this turn are written at its end.
    setImmediate(() => {
      this.#isCut = true
      socket.setTimeout(CUT_MS)
      socket.destroySoon()
    })
  }

  /** The client has closed its side, which counts as gone. */
  end(): void {
    this.socket.end()
  }

  close(): void {
    this.#held = undefined
    this.#exchange?.over(false)
    this.#exchange = undefined
  }

  resume(): void {
    this.#exchange?.resume()
  }

  timeout(): void {
    const { socket } = this
    if (this.#isCut || (this.#exchange === undefined && this.#isUsed)) socket.destroy()
    else if (this.#exchange === undefined) socket.end(TOO_SLOW, 'latin1', () => socket.destroy())
  }

  /** The system has all of the response. */
  #goOn(): void {
    const { socket } = this
    const exchange = this.#exchange
    if (exchange === undefined || socket.destroyed) return
    this.#exchange = undefined
    exchange.over(true)
    if (!this.#isUsed) {
      this.#isUsed = true
      socket.setTimeout(this.#terms.idleMs)
    }
    if (this.#held !== undefined && !this.#isPastLast) this.#leave(Buffer.concat(this.#held))
  }

  #hold(bytes: Buffer): void {
    if (this.#isPastLast) return
    this.#held ??= []
    this.#held.push(bytes)
    this.#heldSize += bytes.length
    if (this.#heldSize >= MOST_HELD) this.socket.pause()
  }

  #leave(bytes: Buffer): void {
    const { socket } = this
    this.#held = undefined
    unlisten(socket)
    // Paused, or the bytes would be lost before there is a listener.
    socket.pause()
    socket.unshift(bytes)
    this.#terms.leave(socket)
    socket.resume()
  }
}

/** Takes a connection that was accepted. */
export function takeConnection(socket: Taken, terms: Terms): void {
  socket[CONNECTION] = new PlainConnection(socket, terms)
  socket.on('data', take)
  socket.on('end', end)
  socket.on('close', close)
  socket.on('error', ignore)
  socket.on('drain', resume)
  socket.on('timeout', timeout)
  if (terms.firstMs > 0) socket.setTimeout(terms.firstMs)
}

function unlisten(socket: Taken): void {
  socket[CONNECTION] = undefined
  socket.off('data', take)
  socket.off('end', end)
  socket.off('close', close)
  socket.off('error', ignore)
  socket.off('drain', resume)
  socket.off('timeout', timeout)
  socket.setTimeout(0)
}

/** Whether it is ours, and waits for a further request. */
export function isIdlePlain(socket: Taken): boolean {
  return socket[CONNECTION]?.isIdle ?? false
}

// The same for all connections, since most of them are idle, and should be small.

function take(this: Taken, bytes: Buffer): void {
  this[CONNECTION]?.take(bytes)
}

function end(this: Taken): void {
  this[CONNECTION]?.end()
}

function close(this: Taken): void {
  this[CONNECTION]?.close()
}

function resume(this: Taken): void {
  this[CONNECTION]?.resume()
}

function timeout(this: Taken): void {
  this[CONNECTION]?.timeout()
}

/** It would end the process; that the client has gone is told by 'close'. */
function ignore(): void {}
