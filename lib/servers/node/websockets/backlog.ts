/** Bytes that wait in one buffer: what is taken is never written over, since messages point into it. */
import { Buffer } from 'node:buffer'

const LEAST_ROOM = 4_096

export class Backlog {
  #store: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0

  get size(): number {
    return this.#end - this.#start
  }

  /** Copies them; a whole buffer of its own would stay for each small piece. */
  append(bytes: Uint8Array): void {
    if (this.#end + bytes.byteLength > this.#store.byteLength) this.#grow(bytes.byteLength)
    this.#store.set(bytes, this.#end)
    this.#end += bytes.byteLength
  }

  /** All of them; good until the next call. */
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

  /** By so much that all that is ever appended is copied twice on average. */
  #grow(by: number): void {
    const kept = this.peek()
    this.#store = Buffer.allocUnsafeSlow(Math.max(LEAST_ROOM, 2 * (kept.byteLength + by)))
    this.#store.set(kept)
    this.#start = 0
    this.#end = kept.byteLength
  }
}
