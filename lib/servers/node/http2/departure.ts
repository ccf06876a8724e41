/** Detects when a stream is over: the response is complete, the stream was reset, or its connection was lost. */
import type { ServerHttp2Stream } from 'node:http2'

export class Departure {
  readonly #stream: ServerHttp2Stream
  #over = false
  #gone = false
  /** Whether the whole response was passed to the stream. */
  answered = false
  #onOver: (() => void) | undefined
  #listeners: (() => void)[] = []

  /** @param onGone Called first, before any listener. */
  constructor(stream: ServerHttp2Stream, onGone: () => void) {
    this.#stream = stream
    const end = (): void => this.#end(onGone)
    // A reset emits 'aborted' immediately. 'close' may wait until the body is read.
    stream.on('aborted', () => {
      end()
      // After a reset with the code 0, Node would keep the stream until all bytes are written, which is never.
      setImmediate(() => stream.destroy())
    })
    stream.on('close', end)
    stream.on('error', ignore)
  }

  /** Whether the stream ended before the response was complete. */
  get gone(): boolean {
    return this.#gone
  }

  /** Calls a listener once when the client disconnects, or immediately if it has disconnected already. */
  listen(listener: () => void): void {
    if (this.#gone) listener()
    else if (!this.#over) this.#listeners.push(listener)
  }

  /** Calls a listener when the stream is over, whether it was completed or not. There can be only one. */
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

/** Without a listener, an error would end the process. 'close' follows each error. */
function ignore(): void {}
