/** One connection whose plain requests are read without node:http. After any other request, Node reads all of it. */
import { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { NO_BYTES } from '../../../internal/bytes.ts'
import { run } from '../../../protocol/run.ts'
import type { HTTPService } from '../service.ts'
import { PlainExchange } from './exchange.ts'
import { readPlain } from './grammar.ts'
import type { Connection, HeadEnds } from './wire.ts'

/** The values that all connections of a server share. */
export interface Terms {
  readonly service: HTTPService
  readonly maxHeaderSize: number
  /** How long a client may take for its first request, in ms; 0 sets no limit. */
  readonly firstMs: number
  readonly ends: HeadEnds
  /** How long an idle connection is kept, in ms; 0 sets no limit. */
  readonly idleMs: number
  /** Passes a connection to Node, as if it were new. */
  readonly leave: (socket: Socket) => void
}

/** The number of bytes that may wait for the end of a response. With more, the connection is not read. */
const MOST_HELD = 65_536

/** How long a client may take to read the bytes that were sent before a cut, in ms. */
const CUT_MS = 5_000

/** The response of Node to clients that are too slow. */
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'

const CONNECTION: unique symbol = Symbol('plain connection')

interface PlainSocket extends Socket {
  [CONNECTION]?: PlainConnection | undefined
}

/**
 * Reads one request at a time. Bytes that a client sends before the response is written wait. They are then passed
 * to Node, which supports pipelining.
 */
class PlainConnection implements Connection {
  readonly socket: Socket
  readonly #terms: Terms
  #exchange: PlainExchange | undefined
  #isUsed = false
  /** Whether the last response was passed to the socket. */
  #isPastLast = false
  #isCut = false
  #held: Buffer[] | undefined
  #heldSize = 0

  constructor(socket: Socket, terms: Terms) {
    this.socket = socket
    this.#terms = terms
  }

  get ends(): HeadEnds {
    return this.#terms.ends
  }

  /** Whether the connection waits for a request that is not its first. */
  get isIdle(): boolean {
    return this.#isUsed && this.#exchange === undefined && this.socket.writableLength === 0
  }

  take(bytes: Buffer): void {
    if (this.#exchange !== undefined) {
      this.#hold(bytes)
      return
    }
    if (this.#isPastLast) return
    const request = readPlain(bytes, this.#terms.maxHeaderSize)
    if (request === undefined) {
      this.#leave(bytes)
      return
    }
    const exchange = new PlainExchange(this.#terms.service, this, request, bytes)
    this.#exchange = exchange
    run(this.#terms.service.app, exchange)
  }

  /** Called when a whole response was passed to the socket, if the socket was still open. */
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

  /** Ends the connection in the middle of a response. Bytes that were accepted before are still sent. */
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

  give(request: Buffer): void {
    this.#exchange = undefined
    this.#leave(Buffer.concat([request, ...(this.#held ?? [])]))
  }

  /** The client has closed its side, so it counts as disconnected. */
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

  /** Called when the operating system has accepted the whole response. */
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
    // The socket is paused. Otherwise the bytes would be lost, because there is no listener yet.
    socket.pause()
    socket.unshift(bytes)
    this.#terms.leave(socket)
    socket.resume()
  }
}

/** Takes an accepted connection. */
export function takeConnection(socket: PlainSocket, terms: Terms): void {
  socket[CONNECTION] = new PlainConnection(socket, terms)
  socket.on('data', take)
  socket.on('end', end)
  socket.on('close', close)
  socket.on('error', ignore)
  socket.on('drain', resume)
  socket.on('timeout', timeout)
  if (terms.firstMs > 0) socket.setTimeout(terms.firstMs)
}

function unlisten(socket: PlainSocket): void {
  socket[CONNECTION] = undefined
  socket.off('data', take)
  socket.off('end', end)
  socket.off('close', close)
  socket.off('error', ignore)
  socket.off('drain', resume)
  socket.off('timeout', timeout)
  socket.setTimeout(0)
}

/** Whether a connection is read here, and waits for a further request. */
export function isIdlePlain(socket: PlainSocket): boolean {
  return socket[CONNECTION]?.isIdle ?? false
}

// All connections share these functions, because most connections are idle and should use little memory.

function take(this: PlainSocket, bytes: Buffer): void {
  this[CONNECTION]?.take(bytes)
}

function end(this: PlainSocket): void {
  this[CONNECTION]?.end()
}

function close(this: PlainSocket): void {
  this[CONNECTION]?.close()
}

function resume(this: PlainSocket): void {
  this[CONNECTION]?.resume()
}

function timeout(this: PlainSocket): void {
  this[CONNECTION]?.timeout()
}

/** Without a listener, an error would end the process. 'close' follows each error. */
function ignore(): void {}
