/** One connection of HTTP/2: its requests, and what its client may not do. */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Service } from '../service.ts'
import { readStreamAsked } from './asked.ts'
import { type Owner, StreamExchange } from './exchange.ts'
import type { HTTP2Settings } from './options.ts'
import { refuseStream } from './refuse.ts'
import { type Times, Watch } from './watch.ts'

/** What all connections of a server share. */
export interface Terms {
  readonly service: Service
  readonly settings: HTTP2Settings
  readonly times: Times
  readonly maxHeaderSize: number
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
    const asked = readStreamAsked(rawHeaders, this.#terms.maxHeaderSize)
    const status = typeof asked === 'number' ? asked : asked.protocol === undefined ? 0 : 501
    if (typeof asked === 'number' || status > 0) {
      stream.on('error', ignore)
      refuseStream(stream, status)
      return
    }
    const exchange = new StreamExchange(this.#terms.service, stream, asked, this)
    watch.incoming = exchange.incoming
    exchange.run()
  }
}

/** A promise to serve whatever is under way; a second GOAWAY tells which was the last. */
const LAST_STREAM = 2_147_483_647

function ignore(): void {}
