/** Reads a body up to some point, then replays it from the beginning. */

import { intactReceive } from '../../body.ts'
import { HTTPException } from '../../exceptions.ts'
import { ByteCollector } from '../../internal/bytes.ts'
import type { Receive } from '../../types.ts'

export class KeptBody {
  readonly #receive: Receive
  readonly #maxSize: number
  readonly #kept = new ByteCollector()
  #complete = false
  #isReplayed = false

  /** @param maxSize The maximum number of bytes that are read and kept. */
  constructor(receive: Receive, maxSize: number) {
    this.#receive = intactReceive(receive)
    this.#maxSize = maxSize
  }

  /**
   * Reads the body and keeps the bytes that were read.
   *
   * @throws HTTPException 413 if the body is larger than `maxSize`.
   */
  readonly receive: Receive = async () => {
    const message = await this.#receive()
    if (message.type !== 'http.request') return message
    if (this.#kept.size + message.body.byteLength > this.#maxSize) {
      throw new HTTPException(413, `The request body is larger than ${this.#maxSize} bytes.`)
    }
    this.#kept.add(message.body)
    this.#complete = !message.moreBody
    return message
  }

  /** The `receive` of the app: returns first the kept bytes, then the rest from the client. */
  readonly replay: Receive = () => {
    if (this.#isReplayed || (this.#kept.size === 0 && !this.#complete)) return this.#receive()
    this.#isReplayed = true
    const body = this.#kept.join()
    return Promise.resolve({ type: 'http.request', body, moreBody: !this.#complete })
  }
}
