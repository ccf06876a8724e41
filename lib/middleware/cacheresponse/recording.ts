/** Copies a response while it is sent. */

import { lowerNames } from '../../http/fieldlists.ts'
import { ByteCollector, NO_BYTES } from '../../internal/bytes.ts'
import { type HTTPResponseStartMessage, SENT, type Send, type SendMessage } from '../../types.ts'
import { type Entry, withoutAge } from './entries.ts'
import type { Freshness } from './rules.ts'
import { SendQueue } from './sendqueue.ts'

interface Recorder {
  /** How a response may be cached; undefined if it may not. */
  readonly freshnessOf: (start: HTTPResponseStartMessage) => Freshness | undefined
  /** The largest body that is copied, in bytes. */
  readonly maxSize: number
  /** Called once, as early as possible, with the response or with undefined if it is not cached. */
  readonly done: (entry: Entry | undefined) => void
}

/**
 * Sends a response and copies it. Meanwhile the app does not wait for the client, because other requests
 * may wait for the copy and a slow client must not delay them. The messages that wait for the client are
 * no larger than the copy.
 */
export class Recording {
  readonly #sendQueue: SendQueue
  readonly #recorder: Recorder
  #start: HTTPResponseStartMessage | undefined
  #freshness: Freshness | undefined
  #copy = new ByteCollector()
  /** Whether the outcome is known. */
  isOver = false

  constructor(send: Send, recorder: Recorder) {
    this.#sendQueue = new SendQueue(send)
    this.#recorder = recorder
  }

  readonly send: Send = (message) => {
    if (!this.isOver) this.#look(message)
    const sent = this.#sendQueue.put(message)
    return this.isOver ? sent : SENT
  }

  #look(message: SendMessage): void {
    switch (message.type) {
      case 'http.response.start':
        // Copied, because it is kept longer than the app's message.
        this.#start = { ...message, headers: lowerNames(message.headers).slice() }
        this.#freshness = this.#recorder.freshnessOf(this.#start)
        if (this.#freshness === undefined) this.#end(undefined)
        break
      case 'http.response.body':
        this.#take(message.body ?? NO_BYTES, message.moreBody ?? false)
        break
      case 'http.response.early_hint':
      case 'http.response.debug':
        break
      default: // for example a file by its path, or an unknown message
        this.#end(undefined)
    }
  }

  #take(body: Uint8Array, moreBody: boolean): void {
    if (!(this.#copy.size + body.byteLength <= this.#recorder.maxSize)) {
      this.#end(undefined)
      return
    }
    this.#copy.addCopy(body) // the app may reuse the memory
    const start = this.#start
    if (moreBody || start === undefined || this.#freshness === undefined) return
    const { status, headers } = start
    this.#end({
      ...this.#freshness,
      status,
      headers: withoutAge(headers),
      body: this.#copy.join(),
      time: Date.now(),
    })
  }

  #end(entry: Entry | undefined): void {
    this.isOver = true
    this.#copy = new ByteCollector()
    this.#recorder.done(entry)
  }
}
