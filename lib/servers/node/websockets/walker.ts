/** Finds the beginning and the end of frames (RFC 6455 section 5.2). */

const FIN = 0x80
const MASK = 0x80
const MASK_BYTES = 4

/** The number of bytes of the length that follows, for the two lengths that announce one. */
const EXTENDED_LENGTH_BYTES: ReadonlyMap<number, number> = new Map([
  [126, 2],
  [127, 8],
])

/** This opcode and all higher ones are control frames. */
const CONTROL = 8
const CLOSE = 8

export class FrameWalker {
  #first = 0
  #isBetween = true
  /** Whether the byte with the length has been read. */
  #hasLength = false
  #isMasked = false
  /** The number of missing bytes of an extended length. */
  #more = 0
  /** The number of missing bytes of mask and payload; inexact above 2^53. */
  #left = 0

  /** Whether the next byte begins a frame. */
  get isBetween(): boolean {
    return this.#isBetween
  }

  /** Whether the current frame is a control frame. */
  get isControl(): boolean {
    return (this.#first & 0x0f) >= CONTROL
  }

  get isClose(): boolean {
    return (this.#first & 0x0f) === CLOSE
  }

  /** Whether a message ends with the current frame. */
  get endsMessage(): boolean {
    return this.#first >= FIN && !this.isControl
  }

  /** Returns the index at which the current frame ends, or the end of the chunk. */
  step(chunk: Uint8Array, start: number): number {
    let at = start
    if (this.#isBetween) {
      this.#first = chunk[at++] ?? 0
      this.#isBetween = false
      this.#hasLength = false
    }
    while (at < chunk.length && !(this.#hasLength && this.#more === 0))
      this.#readLength(chunk[at++] ?? 0)
    if (!this.#hasLength || this.#more > 0) return at
    const taken = Math.min(this.#left, chunk.length - at)
    this.#left -= taken
    this.#isBetween = this.#left === 0
    return at + taken
  }

  #readLength(byte: number): void {
    if (this.#hasLength) {
      this.#left = this.#left * 256 + byte
      this.#more--
    } else {
      const length = byte & ~MASK
      this.#hasLength = true
      this.#more = EXTENDED_LENGTH_BYTES.get(length) ?? 0
      this.#left = this.#more > 0 ? 0 : length
      this.#isMasked = byte >= MASK
    }
    if (this.#more === 0 && this.#isMasked) this.#left += MASK_BYTES
  }
}
