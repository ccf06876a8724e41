/** One HTTP/2 connection: it serves the requests and enforces the limits for the client. */
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { run } from '../../../protocol/run.ts'
import type { LookClock } from '../lookclock.ts'
import type { Service } from '../service.ts'
import type { WebSockets } from '../websockets.ts'
import { type Owner, StreamExchange } from './exchange.ts'
import { streamHandshake, withKey } from './handshake.ts'
import type { HTTP2Settings } from './options.ts'
import { refuseStream } from './refuse.ts'
import { readStreamRequestHead } from './requesthead.ts'
import { type Times, Watch } from './watch.ts'

/** The values that all connections of a server share. */
export interface Terms {
  readonly service: Service
  readonly settings: HTTP2Settings
  readonly times: Times
  readonly maxHeaderSize: number
  /** Undefined if websocket handshakes are refused. */
  readonly websockets: WebSockets | undefined
}

export class Connection implements Owner {
  readonly socket: Socket
  readonly #session: ServerHttp2Session
  readonly #terms: Terms
  readonly #clock: LookClock
  readonly #watches = new Set<Watch>()
  #abandoned = 0
  #idleSince: number

  constructor(session: ServerHttp2Session, socket: Socket, terms: Terms, clock: LookClock) {
    this.#session = session
    this.socket = socket
    this.#terms = terms
    this.#clock = clock
    this.#idleSince = clock.now
    // Without a listener, an error would end the process. The session closes after an error.
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
   * Limits the number of apps that still run for cancelled requests. After a reset a client may send a new request
   * immediately, long before the app has noticed (CVE-2023-44487).
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

  /** Tells the client to use another connection for new requests. Current requests are still served. */
  drain(): void {
    if (this.#session.closed || this.#session.destroyed) return
    this.#session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM)
  }

  /** Closes the connection when its streams have ended. */
  close(): void {
    if (!this.#session.destroyed) this.#session.close()
  }

  /** After `close`, node:http2 would wait for the client to close its side, which some clients never do. */
  cut(): void {
    this.#session.destroy()
    this.socket.destroy()
  }

  /** Ends stalled streams. Closes the connection if it has been idle for too long. */
  look(now: number): void {
    for (const watch of this.#watches) watch.look(now, this.socket.bytesWritten)
    if (this.#watches.size > 0 || now - this.#idleSince < this.#terms.times.idleMs) return
    if (this.#session.closed) this.cut()
    else this.close()
  }

  #take(stream: ServerHttp2Stream, rawHeaders: readonly string[]): void {
    const watch = new Watch(stream, this.#terms.times, this.#clock.now)
    this.#watches.add(watch)
    stream.on('close', () => {
      this.#watches.delete(watch)
      if (this.#watches.size === 0) this.#idleSince = this.#clock.now
    })
    const { service, maxHeaderSize, websockets } = this.#terms
    const head = readStreamRequestHead(rawHeaders, maxHeaderSize)
    if (typeof head === 'number') this.#refuse(stream, head)
    else if (head.protocol === undefined) {
      const exchange = new StreamExchange(service, stream, head, this)
      watch.incoming = exchange.incoming
      run(service.app, exchange)
    } else if (head.protocol === 'websocket' && websockets !== undefined) {
      watch.incoming = { ended: true } // a websocket has no request timeout
      const handshake = streamHandshake(stream, head, this.socket)
      websockets.takeRead(handshake, head.target, head.headers, withKey(head.headers))
    } else this.#refuse(stream, 501)
  }

  #refuse(stream: ServerHttp2Stream, status: number): void {
    stream.on('error', ignore)
    refuseStream(stream, status)
  }
}

/** The largest stream ID: current requests are still served. A later GOAWAY has the last one (RFC 9113 section 6.8). */
const LAST_STREAM = 2_147_483_647

function ignore(): void {}
