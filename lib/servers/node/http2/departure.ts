/** Notices when a stream is over: answered to its end, or reset, or lost with its connection. */
import type { ServerHttp2Stream } from 'node:http2'

export class Departure {
  readonly #stream: ServerHttp2Stream
  #over = false
  #gone = false
  /** Whether all of the response was given to the stream. */
  answered = false
  #onOver: (() => void) | undefined
  #listeners: (() => void)[] = []

  /** @param onGone Called first, before any listener. */
  constructor(stream: ServerHttp2Stream, onGone: () => void) {
    this.#stream = stream
    const end = (): void => this.#end(onGone)
    // A reset is told by 'aborted' at once; 'close' may wait for a reader of the body.
    stream.on('aborted', end)
    stream.on('close', end)
    stream.on('error', ignore)
  }

  /** Whether the stream ended before the response was complete. */
  get gone(): boolean {
    return this.#gone
  }

  /** Calls a listener once, when the client goes, or at once when it has gone. */
  listen(listener: () => void): void {
    if (this.#gone) listener()
    else if (!this.#over) this.#listeners.push(listener)
  }

  /** Calls a listener, the only one of its kind, when the stream is over, however it ended. */
  whenOver(listener: () => void): void {
    if (this.#over) listener()
    else this.#onOver = listener
  }

  #end(onGone: () => void): void {
    if (this.#over) return
    this.#over = true
    const { aborted, headersSent, writableFinished } = this.#stream
    this.#gone = aborted || !this.answered || !headersSent || !writableFinished
    if (this.#gone) onGone()
    this.#onOver?.()
    const listeners = this.#listeners
    this.#listeners = []
    if (this.#gone) for (const listener of listeners) listener()
  }
}

/** It would end the process; the end of the stream tells as much. */
function ignore(): void {}
