/** Writes a body part by part, and waits when the connection is full. */
// These are imported because the globals are getters, which cost a call each time.
import { Buffer } from 'node:buffer'
import { nextTick } from 'node:process'
import { ClientDisconnected } from '../../exceptions.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { SENT } from '../../types.ts'

/** The number of bytes of one turn that are buffered. When more arrive, the buffer is written. */
const FULL = 65_536

/**
 * A full buffer that no response uses. A new one for each response would make the garbage collector run far more
 * often: a streamed response of 64 kB takes a seventh less time with one spare buffer.
 */
let spare: Uint8Array | undefined

/** The target of the parts: an HTTP/1.1 response, or an adapter of an HTTP/2 stream. */
export interface Sink {
  /** Whether the operating system has all bytes that were written. It is undefined if that is unknown. */
  readonly isEmpty?: boolean
  /** Null while an earlier response is written, or if the target sends heads by itself. */
  readonly socket: { setDefaultEncoding(encoding: BufferEncoding): unknown } | null
  flushHeaders(): void
  /** Writes bytes, and returns whether there is room for more. */
  write(bytes: Uint8Array): boolean
  end(bytes?: Uint8Array): unknown
  on(event: 'drain', listener: () => void): unknown
}

/** Calls listeners when the client has disconnected. */
interface DisconnectEvents {
  listen(listener: () => void): void
}

/**
 * Joins the parts that arrive in one turn of the event loop, and writes them as one chunk at its end. Node
 * would send them no earlier, but as many chunks.
 *
 * One 'drain' listener serves all parts, because one listener for each part would accumulate.
 */
export class Chunks {
  readonly #response: Sink
  /** A copy of the bytes that wait for the end of the turn: the app may reuse its buffer. */
  #buffer: Uint8Array = NO_BYTES
  /** The buffer, while it has the full size. */
  #full: Uint8Array | undefined
  #room = 0
  #size = 0
  #scheduled = false
  #gone = false
  #blocked: Promise<void> | undefined
  #unblock: () => void = () => {}
  #fail: (error: Error) => void = () => {}

  constructor(response: Sink, disconnect: DisconnectEvents) {
    this.#response = response
    response.on('drain', () => this.#resume())
    disconnect.listen(() => this.#disconnect())
  }

  /** Resolves when the connection has room for more. */
  write(part: Uint8Array): Promise<void> {
    const { byteLength } = part
    if (this.#size > 0 && this.#size + byteLength > FULL) this.#flush()
    if (byteLength >= FULL) this.#pass(part)
    else {
      this.#keep(part, byteLength)
      if (!this.#scheduled) {
        this.#scheduled = true
        nextTick(() => this.#flushKept())
      }
    }
    return this.#blocked ?? SENT
  }

  end(part: Uint8Array): void {
    const rest = this.#size === 0 ? part : this.#last(part)
    this.#gone = true
    this.#unblock() // an ended response emits no 'drain'
    if (rest.byteLength > 0) this.#response.end(rest)
    else this.#response.end()
    this.#spare()
  }

  /** Returns the bytes to write with the end of the response. */
  #last(part: Uint8Array): Uint8Array {
    if (this.#size + part.byteLength > FULL) {
      this.#flush()
      return part
    }
    this.#keep(part, part.byteLength)
    return this.#take()
  }

  /** Rejects sends that wait for room. */
  #disconnect(): void {
    this.#gone = true
    this.#take() // discarded, because the client has disconnected
    this.#fail(new ClientDisconnected())
  }

  #keep(part: Uint8Array, byteLength: number): void {
    const size = this.#size + byteLength
    if (size > this.#room) {
      // The first buffer has the size of the first part, the second has the full size: most turns have
      // either one part or many.
      const kept = this.#buffer.subarray(0, this.#size)
      this.#room = this.#size === 0 ? size : FULL
      this.#buffer = this.#room === FULL ? this.#fullBuffer() : Buffer.allocUnsafeSlow(size)
      this.#buffer.set(kept)
    }
    this.#buffer.set(part, this.#size)
    this.#size = size
  }

  #fullBuffer(): Uint8Array {
    this.#full = spare ?? Buffer.allocUnsafeSlow(FULL)
    spare = undefined
    return this.#full
  }

  /** Called when the buffer was passed on. If its bytes are needed no longer, the next response may use it. */
  #spare(): void {
    if (this.#full !== undefined && this.#response.isEmpty) spare = this.#full
    this.#full = undefined
  }

  #take(): Uint8Array {
    const kept = this.#buffer.subarray(0, this.#size)
    this.#buffer = NO_BYTES
    this.#room = 0
    this.#size = 0
    return kept
  }

  #flushKept(): void {
    if (this.#scheduled && !this.#gone) this.#flush()
  }

  #flush(): void {
    this.#scheduled = false
    this.#pass(this.#take())
    this.#spare()
  }

  #pass(body: Uint8Array): void {
    // An empty body still sends the head.
    const hasRoom = body.byteLength === 0 ? flushHead(this.#response) : this.#response.write(body)
    if (!hasRoom && this.#blocked === undefined) this.#block()
  }

  #block(): void {
    this.#blocked = new Promise((resolve, reject) => {
      this.#unblock = resolve
      this.#fail = reject
    })
    this.#blocked.catch(() => {}) // the app may not wait for it
  }

  #resume(): void {
    this.#blocked = undefined
    this.#unblock()
  }
}

/** Sends the head of a response unless it was sent. Returns true, because there is always room for a head. */
export function flushHead(response: Pick<Sink, 'flushHeaders' | 'socket'>): true {
  const { socket } = response
  // The head has to wait for an earlier response, and is then sent with the body.
  if (socket === null) return true
  // Values are latin-1. Node encodes a head without a body with the default encoding of the socket.
  socket.setDefaultEncoding('latin1')
  response.flushHeaders()
  socket.setDefaultEncoding('utf8')
  return true
}
