/** Writes a body part by part, and waits when the connection is full. */
// By import, since the globals are getters, which cost a call each time.
import { Buffer } from 'node:buffer'
import { nextTick } from 'node:process'
import { ClientDisconnected } from '../../exceptions.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { SENT } from '../../types.ts'

/** The most that is kept of one turn; then it is written, and the connection asked for more room. */
const FULL = 65_536

/** What parts are written to: a response of HTTP/1.1, or what stands for a stream of HTTP/2. */
export interface Sink {
  /** Null while an earlier response is written, or where heads go out by themselves. */
  readonly socket: { setDefaultEncoding(encoding: BufferEncoding): unknown } | null
  flushHeaders(): void
  /** Whether there is room for more. */
  write(bytes: Uint8Array): boolean
  end(bytes?: Uint8Array): unknown
  on(event: 'drain', listener: () => void): unknown
}

/** Tells when the client has gone. */
interface Leaving {
  listen(listener: () => void): void
}

/**
 * Parts that come in one turn of the event loop are written as one, at its end: no later than Node
 * would let them go, but as one chunk instead of many.
 *
 * One 'drain' listener serves all parts: a listener for each would pile up.
 */
export class Chunks {
  readonly #response: Sink
  /** What waits for the end of the turn, in a buffer of our own: the producer may reuse its one. */
  #buffer: Uint8Array = NO_BYTES
  #room = 0
  #size = 0
  #scheduled = false
  #gone = false
  #blocked: Promise<void> | undefined
  #unblock: () => void = () => {}
  #fail: (error: Error) => void = () => {}

  constructor(response: Sink, disconnect: Leaving) {
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
    this.#unblock() // an ended response tells of no more room
    if (rest.byteLength > 0) this.#response.end(rest)
    else this.#response.end()
  }

  /** What is left to write with the end. */
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
    this.#take() // the client has gone
    this.#fail(new ClientDisconnected())
  }

  #keep(part: Uint8Array, byteLength: number): void {
    const size = this.#size + byteLength
    if (size > this.#room) {
      // The first part as it is, and then room for all: most turns have one part, or many.
      const kept = this.#buffer.subarray(0, this.#size)
      this.#room = this.#size === 0 ? size : FULL
      this.#buffer = Buffer.allocUnsafeSlow(this.#room)
      this.#buffer.set(kept)
    }
    this.#buffer.set(part, this.#size)
    this.#size = size
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
  }

  #pass(body: Uint8Array): void {
    // Even without a body, so that the head goes out.
    const hasRoom = body.byteLength === 0 ? this.#flushHead() : this.#response.write(body)
    if (!hasRoom && this.#blocked === undefined) this.#block()
  }

  #flushHead(): boolean {
    const { socket } = this.#response
    // Behind another response it has to wait anyway, and goes out with what follows.
    if (socket === null) return true
    // Values are latin-1; Node leaves it to the socket what the text of a head alone becomes.
    socket.setDefaultEncoding('latin1')
    this.#response.flushHeaders()
    socket.setDefaultEncoding('utf8')
    return true
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
