/** One connection of HTTP/2: its requests, and what its client may not do. */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Service } from '../service.ts'
import type { WebSockets } from '../websockets.ts'
import { readStreamAsked } from './asked.ts'
import { type Owner, StreamExchange } from './exchange.ts'
import { streamHandshake, withKey } from './handshake.ts'
import type { HTTP2Settings } from './options.ts'
import { refuseStream } from './refuse.ts'
import { type Times, Watch } from './watch.ts'

/** What all connections of a server share. */
export interface Terms {
  readonly service: Service
  readonly settings: HTTP2Settings
  readonly times: Times
  readonly maxHeaderSize: number
  /** Absent where handshakes are refused. */
  readonly websockets: WebSockets | undefined
}

export class Connection implements Owner {
  readonly socket: Socket
  readonly #session: ServerHttp2Session
  readonly #terms: Terms
  readonly #watches = new Set<Watch>()
  #abandoned = 0
  #idleSince = performance.now()

  constructor(session: ServerHttp2Session, socket: Socket, terms: Terms) {
    this.#session = session
    this.socket = socket
    this.#terms = terms
    // Without a listener an error would end the process; the session ends with it.
    session.on('error', ignore)
    const onStream = (
      stream: ServerHttp2Stream,
      _headers: unknown,
      _flags: number,
      rawHeaders: readonly string[],
    ): void => this.#take(stream, rawHeaders)
    session.on('stream', onStream)
  }

  /**
   * Bounds apps that go on for clients that have gone: by a reset a client gets room for a new request
   * at once, long before the app has noticed (CVE-2023-44487).
   */
  abandoned(): void {
    this.#abandoned++
    if (this.#abandoned <= this.#terms.settings.maxConcurrentStreams) return
    const reason = new Error('the client has cancelled too many requests')
    this.#session.destroy(reason, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  forgotten(): void {
    this.#abandoned--
  }

  /** Tells the client to use another connection for new requests; those under way are still served. */
  drain(): void {
    if (this.#session.closed || this.#session.destroyed) return
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM)
  }

  /** Closes the connection once its streams have ended. */
  close(): void {
    if (!this.#session.destroyed) this.#session.close()
  }

  cut(): void {
    this.#session.destroy()
  }

  /** Ends streams that stall, and an idle connection. */
  look(now: number): void {
    for (const watch of this.#watches) watch.look(now, this.socket.bytesWritten)
    if (this.#watches.size > 0 || now - this.#idleSince < this.#terms.times.idleMs) return
    if (this.#session.closed) this.cut()
    else this.close()
  }

  #take(stream: ServerHttp2Stream, rawHeaders: readonly string[]): void {
    const watch = new Watch(stream, this.#terms.times)
    this.#watches.add(watch)
    stream.on('close', () => {
      this.#watches.delete(watch)
      if (this.#watches.size === 0) this.#idleSince = performance.now()
    })
    const { service, maxHeaderSize, websockets } = this.#terms
    const asked = readStreamAsked(rawHeaders, maxHeaderSize)
    if (typeof asked === 'number') this.#refuse(stream, asked)
    else if (asked.protocol === undefined) {
      const exchange = new StreamExchange(service, stream, asked, this)
      watch.incoming = exchange.incoming
      exchange.run()
    } else if (asked.protocol === 'websocket' && websockets !== undefined) {
      watch.incoming = { ended: true } // it may go on for long
      const handshake = streamHandshake(stream, asked, this.socket)
      websockets.takeRead(handshake, asked.target, asked.headers, withKey(asked.headers))
    } else this.#refuse(stream, 501)
  }

  #refuse(stream: ServerHttp2Stream, status: number): void {
    stream.on('error', ignore)
    refuseStream(stream, status)
  }
}

/** A promise to serve whatever is under way; a second GOAWAY tells which was the last. */
const LAST_STREAM = 2_147_483_647

function ignore(): void {}
