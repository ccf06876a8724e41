/** Copies a response while it is sent. */

import { lowerNames } from '../../http/fieldlists.ts'
import { ByteCollector, NO_BYTES } from '../../internal/bytes.ts'
import { type HTTPResponseStartMessage, SENT, type Send, type SendMessage } from '../../types.ts'
import { type Entry, withoutAge } from './entries.ts'
import type { Stay } from './rules.ts'
import { SendQueue } from './sendqueue.ts'

export interface Recorder {
  /** How a response may be cached; undefined if it may not. */
  readonly stayOf: (start: HTTPResponseStartMessage) => Stay | undefined
  /** The largest body that is copied, in bytes. */
  readonly maxSize: number
  /** Called once, as early as possible: with the response, or undefined if it is not cached. */
  readonly done: (entry: Entry | undefined) => void
}

/**
 * While a response is copied, the app does not wait for the client: other requests may wait for the
 * copy, and a slow reader must not delay them. What waits for that client is no larger than the copy.
 */
export class Recording {
  readonly #sendQueue: SendQueue
  readonly #recorder: Recorder
  #start: HTTPResponseStartMessage | undefined
  #stay: Stay | undefined
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
        // A copy, since it is kept longer than the app's message.
        this.#start = { ...message, headers: lowerNames(message.headers).slice() }
        this.#stay = this.#recorder.stayOf(this.#start)
        if (this.#stay === undefined) this.#end(undefined)
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
    if (moreBody || start === undefined || this.#stay === undefined) return
    const { status, headers } = start
    this.#end({
      ...this.#stay,
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
