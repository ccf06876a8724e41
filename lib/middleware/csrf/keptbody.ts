/** A body that is read up to some point, and handed on from its beginning. */

import { HTTPException } from '../../exceptions.ts'
import { ByteCollector } from '../../internal/collector.ts'
import type { Receive } from '../../types.ts'

export class KeptBody {
  readonly #receive: Receive
  readonly #maxSize: number
  readonly #kept = new ByteCollector()
  #complete = false
  #isReplayed = false

  /** @param maxSize The most bytes to read and to keep. */
  constructor(receive: Receive, maxSize: number) {
    this.#receive = receive
    this.#maxSize = maxSize
  }

  /**
   * For the one who reads first.
   *
   * @throws HTTPException 413 when it reads more than is kept.
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

  /** For an app behind: what was read, then what comes from the client. */
  readonly replay: Receive = () => {
    if (this.#isReplayed || (this.#kept.size === 0 && !this.#complete)) return this.#receive()
    this.#isReplayed = true
    const body = this.#kept.join()
    return Promise.resolve({ type: 'http.request', body, moreBody: !this.#complete })
  }
}
