/** Reads the parts of a request's body as they arrive. */
import type { IncomingMessage } from 'node:http'

/** Takes a part, or null at the end of the body if it needs to know. Returns whether reading continues. */
type TakePart = (part: Uint8Array | null) => boolean

/** A body that is read as soon as this object is made. */
export class Parts {
  readonly #request: IncomingMessage
  #isWanted = true

  /** @param needsEnd Whether `take` is called at the end of the body (true). */
  constructor(request: IncomingMessage, take: TakePart, needsEnd = true) {
    this.#request = request
    request.on('data', (part: Uint8Array) => {
      if (take(part)) return
      this.#isWanted = false
      request.pause()
    })
    if (needsEnd) request.on('end', () => take(null))
  }

  /**
   * Continues to read after `take` has returned false. Small parts wait in the stream, and `read` with their total
   * length returns all of them as one.
   */
  goOn(): void {
    if (!this.#request.isPaused()) return
    this.#isWanted = true
    // This call emits 'data'. Without a number, Node 26 returns only the first part.
    this.#request.read(this.#request.readableLength)
    if (this.#isWanted) this.#request.resume()
  }

  /** Reads and discards the rest of the body, because the next request of the connection follows it. */
  discard(): void {
    this.#request.resume()
  }
}
