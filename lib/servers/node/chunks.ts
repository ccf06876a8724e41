/** Writes a body part by part, and waits when the connection is full. */
import type { ServerResponse } from 'node:http'
import { joinBytes } from '../../bytes.ts'
import { ClientDisconnected } from '../../exceptions.ts'
import { ACCEPTED } from '../../types.ts'
import type { Departure } from './departure.ts'

/** From here on the parts of one turn are written, and the connection is asked for more room. */
const FULL = 65_536

/**
 * Parts that come in one turn of the event loop are written as one, at its end: no later than Node
 * would let them go, but as one chunk instead of many.
 *
 * One 'drain' listener serves all parts: a listener for each would pile up.
 */
export class Chunks {
  readonly #response: ServerResponse
  #parts: Uint8Array[] = []
  #size = 0
  #scheduled = false
  #gone = false
  #blocked: Promise<void> | undefined
  #unblock: () => void = () => {}
  #fail: (error: Error) => void = () => {}

  constructor(response: ServerResponse, departure: Departure) {
    this.#response = response
    response.on('drain', () => this.#resume())
    departure.listen(() => this.#disconnect())
  }

  /** Resolves when the connection has room for more. */
  write(part: Uint8Array): Promise<void> {
    if (part.byteLength > 0) {
      // Kept until the turn ends, when the producer may have filled its buffer anew.
      this.#parts.push(part)
      this.#size += part.byteLength
    }
    if (this.#size >= FULL) this.#flush()
    else if (!this.#scheduled) {
      this.#scheduled = true
      process.nextTick(() => this.#flush())
    }
    return this.#blocked ?? ACCEPTED
  }

  end(part: Uint8Array): void {
    this.#parts.push(part)
    const rest = joinBytes(this.#parts)
    this.#parts = []
    this.#gone = true
    if (rest.byteLength > 0) this.#response.end(rest)
    else this.#response.end()
  }

  /** Whoever waits for room is told that there will be none. */
  #disconnect(): void {
    this.#gone = true
    this.#parts = []
    this.#fail(new ClientDisconnected())
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#gone) return
    const body = joinBytes(this.#parts)
    this.#parts = []
    this.#size = 0
    // Even without a body, so that the head goes out.
    const hasRoom = body.byteLength === 0 ? this.#flushHead() : this.#response.write(body)
    if (!hasRoom && this.#blocked === undefined) this.#block()
  }

  #flushHead(): boolean {
    this.#response.flushHeaders()
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
