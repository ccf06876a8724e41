/** Writes the parts of a body to the socket of a plain exchange, in chunks if the length of the body is unknown. */
import type { Socket } from 'node:net'
import { NO_BYTES } from '../../../internal/bytes.ts'
import type { Sink } from '../chunks.ts'
import { MOST_JOINED, toLatin1 } from '../latin1.ts'

/** A socket whose default encoding need not be set, because heads are always written as latin-1. */
const ENCODED = { setDefaultEncoding: (): void => {} }

export class PlainStream implements Sink {
  readonly socket: NonNullable<Sink['socket']> = ENCODED
  readonly #socket: Socket
  /** The head, until it is written. */
  #head: string
  readonly #isChunked: boolean
  readonly #onEnd: () => void
  #onDrain: () => void = () => {}

  constructor(socket: Socket, head: string, isChunked: boolean, onEnd: () => void) {
    this.#socket = socket
    this.#head = head
    this.#isChunked = isChunked
    this.#onEnd = onEnd
  }

  get isEmpty(): boolean {
    return this.#socket.writableLength === 0
  }

  flushHeaders(): void {
    writeAround(this.#socket, this.#takeHead(), NO_BYTES, '')
  }

  write(bytes: Uint8Array): boolean {
    const head = this.#takeHead()
    if (!this.#isChunked) return writeAround(this.#socket, head, bytes, '')
    return writeAround(this.#socket, head + sizeLine(bytes), bytes, '\r\n')
  }

  end(bytes: Uint8Array = NO_BYTES): void {
    const head = this.#takeHead()
    if (!this.#isChunked) writeAround(this.#socket, head, bytes, '')
    else if (bytes.byteLength === 0) writeAround(this.#socket, `${head}0\r\n\r\n`, bytes, '')
    else writeAround(this.#socket, head + sizeLine(bytes), bytes, '\r\n0\r\n\r\n')
    this.#onEnd()
  }

  on(_event: 'drain', listener: () => void): void {
    this.#onDrain = listener
  }

  resume(): void {
    this.#onDrain()
  }

  #takeHead(): string {
    const head = this.#head
    this.#head = ''
    return head
  }
}

/** Returns the line with the size of a chunk (RFC 9112 section 7.1). */
function sizeLine(bytes: Uint8Array): string {
  return `${bytes.byteLength.toString(16)}\r\n`
}

/** Writes text, bytes and text at once. Returns whether there is room for more. */
function writeAround(socket: Socket, before: string, bytes: Uint8Array, after: string): boolean {
  if (!socket.writable) return false
  const size = bytes.byteLength
  if (size <= MOST_JOINED) {
    const text = size === 0 ? before + after : before + toLatin1(bytes) + after
    return text === '' || socket.write(text, 'latin1')
  }
  socket.cork()
  if (before !== '') socket.write(before, 'latin1')
  let hasRoom = socket.write(bytes)
  if (after !== '') hasRoom = socket.write(after, 'latin1')
  socket.uncork()
  return hasRoom
}
