/** The connections of a server that speak HTTP/2, with the limits that hold for each. */
import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerOptions,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Foreign } from '../drain.ts'
import { Connection, type Terms } from './connection.ts'

/** How often in the shortest time connections are looked at, and at the least, in ms. */
const LOOKS = 4
const LONGEST_LOOK_MS = 15_000

export class HTTP2Connections implements Foreign {
  readonly #terms: Terms
  /** Never listens: it is given the connections that speak HTTP/2. */
  readonly #server: Http2Server
  readonly #open = new Set<Connection>()
  #taken: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #draining = false
  #closing = false

  constructor(terms: Terms) {
    this.#terms = terms
    this.#server = createServer(serverOptions(terms))
    this.#server.on('session', (session) => this.#begin(session))
  }

  /** Serves a connection, from the preface of HTTP/2 on. */
  take(socket: Socket): void {
    // Servers of HTTP/1.1 wait for the end of both sides, node:http2 relies on that of the client's.
    socket.allowHalfOpen = false
    this.#taken = socket
    // As Node documents it: connections can be given to a server by this event.
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

  /** Called while a connection is given to the server. */
  #begin(session: ServerHttp2Session): void {
    const socket = this.#taken
    if (socket === undefined) return
    const connection = new Connection(session, socket, this.#terms)
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
    const { idleMs, requestMs, writeMs } = this.#terms.times
    const every = Math.min(LONGEST_LOOK_MS, Math.min(idleMs, requestMs, writeMs) / LOOKS)
    this.#timer ??= setInterval(() => this.#look(), every).unref()
  }

  #look(): void {
    const now = performance.now()
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
