/** Writes the response of a plain exchange; `protocol/response.ts` says what, and in which order. */
import type { Socket } from 'node:net'
import { ClientDisconnected } from '../../../exceptions.ts'
import { NO_BYTES } from '../../../internal/bytes.ts'
import type { Head } from '../../../protocol/head.ts'
import type { Wire } from '../../../protocol/response.ts'
import type { HeaderList } from '../../../types.ts'
import { Chunks } from '../chunks.ts'
import { fieldLines, keepAlive, statusLine } from '../headtext.ts'
import { assertWritable } from '../hints.ts'
import { sendFile } from '../pathsend.ts'
import { textOf } from '../refuse.ts'
import { PlainStream, writeAround } from './stream.ts'

/** The connection that a response goes to. */
export interface Connection {
  readonly socket: Socket
  /** What clients are told of how long an idle connection is kept, in ms; 0 is for ever. */
  readonly keepAliveMs: number
  /** A whole response was given to the socket. */
  answered(isLast: boolean): void
  /** Ends it in the middle of a response. */
  cut(): void
}

/** What an exchange tells its wire. */
export interface Circumstances {
  /** Whether this is the last response of its connection; asked once, when its head is written. */
  readonly isLast: boolean
  /** Calls a listener when the client goes before the response is complete. */
  listen(listener: () => void): void
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n'
const CLOSE = 'connection: close\r\n'

export class PlainWire implements Wire {
  readonly #connection: Connection
  readonly #circumstances: Circumstances
  #isFlushed = false
  /** Whether the socket has all of it, and is another's from now on. */
  #isEnded = false
  #stream: PlainStream | undefined
  #chunks: Chunks | undefined

  constructor(connection: Connection, circumstances: Circumstances) {
    this.#connection = connection
    this.#circumstances = circumstances
  }

  /** Clients that want them are Node's, and the others get none. */
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

  /** Not behind the head, where it would stand in the middle of the response. */
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

  /** Answers with a bare status, in place of the app. */
  refuse(status: number, withBody: boolean): void {
    const text = textOf(status)
    const length = `content-length: ${text.length}\r\n`
    const body = withBody ? new TextEncoder().encode(text) : NO_BYTES
    this.#answer(status, ['content-type', 'text/plain; charset=utf-8'], body, length)
  }

  /** There is room for more. */
  resume(): void {
    this.#stream?.resume()
  }

  #answer(status: number, headers: HeaderList, body: Uint8Array, length: string): void {
    const { isLast } = this.#circumstances
    this.#isFlushed = true
    this.#isEnded = true
    const head = this.#headText(status, headers, length, '', isLast)
    writeAround(this.#connection.socket, head, body, '')
    this.#connection.answered(isLast)
  }

  #open(status: number, headers: HeaderList, isChunked: boolean): void {
    const { isLast } = this.#circumstances
    this.#isFlushed = true
    const head = this.#headText(status, headers, '', isChunked ? CHUNKED : '', isLast)
    this.#stream = new PlainStream(this.#connection.socket, head, isChunked, () => {
      this.#isEnded = true
      this.#connection.answered(isLast)
    })
    this.#chunks = new Chunks(this.#stream, this.#circumstances)
  }

  /** In the order of Node's: what was given, the date, what it adds. */
  #headText(
    status: number,
    headers: HeaderList,
    length: string,
    coding: string,
    isLast: boolean,
  ): string {
    const lines = fieldLines(headers, isLast ? length + CLOSE : length)
    const connection = isLast ? '' : keepAlive(this.#connection.keepAliveMs)
    return `${statusLine(status)}${lines}${connection}${coding}\r\n`
  }
}
