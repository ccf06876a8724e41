/** The HTTP/2 connections of a server, and their limits. */
import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerOptions,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Foreign } from '../drain.ts'
import { LookClock } from '../lookclock.ts'
import { Connection, type Terms } from './connection.ts'

/** The number of checks of connections in the shortest timeout. */
const LOOKS = 4
/** The maximum time between two checks, in ms. */
const LONGEST_LOOK_MS = 15_000

export class HTTP2Connections implements Foreign {
  readonly #terms: Terms
  /** This server never listens. It gets the connections that speak HTTP/2. */
  readonly #server: Http2Server
  readonly #open = new Set<Connection>()
  readonly #lookEveryMs: number
  readonly #clock: LookClock
  #taken: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #draining = false
  #closing = false

  constructor(terms: Terms) {
    this.#terms = terms
    const { idleMs, requestMs, writeMs } = terms.times
    const shortest = Math.min(idleMs, requestMs, writeMs)
    this.#lookEveryMs = Math.min(LONGEST_LOOK_MS, shortest / LOOKS)
    this.#clock = new LookClock(this.#lookEveryMs)
    this.#server = createServer(serverOptions(terms))
    this.#server.on('session', (session) => this.#begin(session))
  }

  /** Serves a connection whose HTTP/2 preface has not been read yet. */
  take(socket: Socket): void {
    // HTTP/1.1 servers allow half-open connections. node:http2 needs a connection that ends with the client's side.
    socket.allowHalfOpen = false
    this.#taken = socket
    // Node documents that connections can be passed to a server with this event.
    this.#server.emit('connection', socket)
    this.#taken = undefined
  }

  get isIdle(): boolean {
    return this.#open.size === 0
  }

  drain(): void {
    this.#draining = true
    for (const connection of this.#open) connection.drain()
  }

  close(): void {
    this.#closing = true
    for (const connection of this.#open) connection.close()
  }

  cut(): void {
    for (const connection of [...this.#open]) connection.cut()
  }

  /** Called while a connection is passed to the server. */
  #begin(session: ServerHttp2Session): void {
    const socket = this.#taken
    if (socket === undefined) return
    const connection = new Connection(session, socket, this.#terms, this.#clock)
    this.#open.add(connection)
    this.#watch()
    session.on('close', () => {
      this.#open.delete(connection)
      if (this.#open.size === 0) this.#rest()
    })
    if (this.#closing) connection.close()
    else if (this.#draining) connection.drain()
  }

  #watch(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#lookEveryMs).unref()
  }

  #look(): void {
    const now = this.#clock.look()
    for (const connection of [...this.#open]) connection.look(now)
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function serverOptions({ settings, maxHeaderSize, websockets }: Terms): ServerOptions {
  const { maxConcurrentStreams, initialWindowSize, idleTimeoutMs: _ours, ...limits } = settings
  return {
    ...limits,
    settings: {
      maxConcurrentStreams,
      initialWindowSize,
      maxHeaderListSize: maxHeaderSize,
      enablePush: false,
      enableConnectProtocol: websockets !== undefined,
    },
  }
}
