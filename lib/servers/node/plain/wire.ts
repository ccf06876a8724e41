/** Writes the response of a plain exchange. `protocol/response.ts` decides what is written, and in which order. */
import type { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import { ClientDisconnected } from '../../../exceptions.ts'
import { NO_BYTES } from '../../../internal/bytes.ts'
import type { Head } from '../../../protocol/head.ts'
import type { Wire } from '../../../protocol/response.ts'
import type { HeaderList } from '../../../types.ts'
import { Chunks } from '../chunks.ts'
import { HeadEnd, headText, keepAliveLines } from '../headtext.ts'
import { assertWritable } from '../hints.ts'
import { MOST_JOINED, toLatin1 } from '../latin1.ts'
import { sendFile } from '../pathsend.ts'
import { textOf } from '../refuse.ts'
import { PlainStream } from './stream.ts'

/** The connection that a response is written to. */
export interface Connection {
  readonly socket: Socket
  /** The ends of its heads. */
  readonly ends: HeadEnds
  /** Called when a whole response was passed to the socket. */
  answered(isLast: boolean): void
  /** Ends the connection in the middle of a response. */
  cut(): void
  /** Passes the connection to Node permanently, in the middle of a request. Node reads the request again. */
  give(request: Buffer): void
}

/** The properties of an exchange that its wire needs. */
export interface Circumstances {
  /** Whether this is the last response of its connection. It is read once, when the head is written. */
  readonly isLast: boolean
  /** Calls a listener when the client disconnects before the response is complete. */
  listen(listener: () => void): void
}

/** The ends of the head of a response, for a body with a known length and for a chunked body. */
export interface HeadEnds {
  readonly whole: HeadEnd
  readonly chunked: HeadEnd
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const CLOSE = 'connection: close\r\n'
const LAST: HeadEnds = { whole: new HeadEnd(''), chunked: new HeadEnd(CHUNKED) }

/** @param keepAliveMs How long an idle connection is kept, in ms, as clients are told; 0 sets no limit. */
export function headEnds(keepAliveMs: number): HeadEnds {
  const lines = keepAliveLines(keepAliveMs)
  return { whole: new HeadEnd(lines), chunked: new HeadEnd(lines + CHUNKED) }
}

export class PlainWire implements Wire {
  readonly #connection: Connection
  readonly #circumstances: Circumstances
  #isFlushed = false
  /** Whether the socket has the whole response. It then belongs to the next exchange. */
  #isEnded = false
  #stream: PlainStream | undefined
  #chunks: Chunks | undefined

  constructor(connection: Connection, circumstances: Circumstances) {
    this.#connection = connection
    this.#circumstances = circumstances
  }

  /** Always true: Node serves clients that accept trailers, and all other clients get no trailers. */
  get sendsTrailers(): boolean {
    return true
  }

  get isFlushed(): boolean {
    return this.#isFlushed
  }

  get isGone(): boolean {
    return this.#isEnded || this.#connection.socket.destroyed
  }

  whole({ status, headers }: Head, body: Uint8Array, length: number | undefined): void {
    const line = length === undefined ? '' : `content-length: ${length}\r\n`
    this.#answer(status, headers, body, line)
  }

  head({ status, headers, length, dropsBody }: Head): void {
    this.#open(status, headers, length === undefined && !dropsBody)
  }

  part(bytes: Uint8Array): Promise<void> {
    return this.#chunks?.write(bytes) ?? Promise.reject(new ClientDisconnected())
  }

  end(bytes: Uint8Array): void {
    this.#chunks?.end(bytes)
  }

  abort(): void {
    if (!this.#isEnded) this.#connection.cut()
  }

  /** Writes a 103 response. It is not written after the head, because it would be in the middle of the response. */
  hint(links: readonly string[]): void {
    assertWritable(links)
    const { socket } = this.#connection
    if (this.#isFlushed || links.length === 0 || !socket.writable) return
    socket.write(`HTTP/1.1 103 Early Hints\r\nLink: ${links.join(', ')}\r\n\r\n`, 'latin1')
  }

  async file(path: string, head: Head): Promise<void> {
    const start = (size: number): void => {
      const isCounted = head.length === undefined && !head.bodyless
      const length = isCounted ? ['content-length', String(size)] : []
      this.#open(head.status, [...head.headers, ...length], false)
    }
    const write = async (bytes: Uint8Array): Promise<void> => {
      if (this.isGone) throw new ClientDisconnected()
      await this.part(bytes)
    }
    const isTaken = (): boolean => this.isGone || this.#isFlushed
    await sendFile(path, head.length, !head.dropsBody, { isTaken, start, write })
    this.end(NO_BYTES)
  }

  /** Sends a response that has only a status and its text, instead of the app's response. */
  refuse(status: number, withBody: boolean): void {
    const text = textOf(status)
    const length = `content-length: ${text.length}\r\n`
    const body = withBody ? new TextEncoder().encode(text) : NO_BYTES
    this.#answer(status, ['content-type', 'text/plain; charset=utf-8'], body, length)
  }

  /** Called when the connection has room for more bytes. */
  resume(): void {
    this.#stream?.resume()
  }

  #answer(status: number, headers: HeaderList, body: Uint8Array, length: string): void {
    const { isLast } = this.#circumstances
    this.#isFlushed = true
    this.#isEnded = true
    const head = this.#headText(status, headers, length, false, isLast)
    this.#writeWhole(head, body)
    this.#connection.answered(isLast)
  }

  #writeWhole(head: string, body: Uint8Array): void {
    const { socket } = this.#connection
    if (body.byteLength > MOST_JOINED) new PlainStream(socket, head, false, () => {}).end(body)
    else if (socket.writable) socket.write(head + toLatin1(body), 'latin1')
  }

  #open(status: number, headers: HeaderList, isChunked: boolean): void {
    const { isLast } = this.#circumstances
    this.#isFlushed = true
    const head = this.#headText(status, headers, '', isChunked, isLast)
    this.#stream = new PlainStream(this.#connection.socket, head, isChunked, () => {
      this.#isEnded = true
      this.#connection.answered(isLast)
    })
    this.#chunks = new Chunks(this.#stream, this.#circumstances)
  }

  /** Returns the head in the order of Node: the fields of the response, the date, the fields that the server adds. */
  #headText(
    status: number,
    headers: HeaderList,
    length: string,
    isChunked: boolean,
    isLast: boolean,
  ): string {
    const ends = isLast ? LAST : this.#connection.ends
    const end = isChunked ? ends.chunked : ends.whole
    return headText(status, headers, isLast ? length + CLOSE : length, end)
  }
}
