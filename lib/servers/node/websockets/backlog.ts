/** Bytes that wait in one buffer. Bytes that were taken are never overwritten, because messages refer to them. */
import { Buffer } from 'node:buffer'

const LEAST_ROOM = 4_096

export class Backlog {
  #store: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0

  get size(): number {
    return this.#end - this.#start
  }

  /** Copies the bytes, because a reference to a small piece would keep its whole buffer in memory. */
  append(bytes: Uint8Array): void {
    if (this.#end + bytes.byteLength > this.#store.byteLength) this.#grow(bytes.byteLength)
    this.#store.set(bytes, this.#end)
    this.#end += bytes.byteLength
  }

  /** Returns all bytes. They are valid until the next call. */
  peek(): Buffer {
    return this.#store.subarray(this.#start, this.#end)
  }

  drop(count: number): void {
    this.#start += count
    if (this.#start < this.#end) return
    this.#store = Buffer.alloc(0)
    this.#start = 0
    this.#end = 0
  }

  /** Doubles the space: a byte is copied twice on average. */
  #grow(by: number): void {
    const kept = this.peek()
    this.#store = Buffer.allocUnsafeSlow(Math.max(LEAST_ROOM, 2 * (kept.byteLength + by)))
    this.#store.set(kept)
    this.#start = 0
    this.#end = kept.byteLength
  }
}
