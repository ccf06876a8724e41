/** A body as a web stream, with as much ahead of its reader as is good for speed. */
import { ClientDisconnected } from '../../exceptions.ts'
import { ACCEPTED } from '../../types.ts'

/** The most bytes that wait for the reader. */
const AHEAD = 65_536

export class Stream {
  readonly readable: ReadableStream<Uint8Array>
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #blocked: Promise<void> | undefined
  #unblock: () => void = () => {}
  #fail: (error: Error) => void = () => {}
  #closed = false

  /** @param onCancel Told when the reader wants no more. */
  constructor(onCancel: () => void) {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#resume(),
        cancel: () => {
          if (this.#closed) return
          this.#closed = true
          onCancel()
        },
      },
      { highWaterMark: AHEAD, size: ({ byteLength }) => byteLength },
    )
  }

  /** Resolves when the reader wants more. */
  write(part: Uint8Array): Promise<void> {
    if (this.#closed || part.byteLength === 0) return ACCEPTED
    // A copy of what is small: its producer may write the next part to the same place.
    this.#controller?.enqueue(part.byteLength < AHEAD ? part.slice() : part)
    if ((this.#controller?.desiredSize ?? 0) > 0) return ACCEPTED
    if (this.#blocked === undefined) {
      this.#blocked = new Promise((resolve, reject) => {
        this.#unblock = resolve
        this.#fail = reject
      })
      this.#blocked.catch(() => {}) // the app may not wait for it
    }
    return this.#blocked
  }

  end(): void {
    if (!this.#closed) this.#controller?.close()
    this.#closed = true
    this.#resume()
  }

  /** The reader gets this error in place of the end. */
  fail(error: unknown): void {
    if (!this.#closed) this.#controller?.error(error)
    this.#closed = true
    this.#fail(new ClientDisconnected())
  }

  /** Nobody reads any more. */
  leave(): void {
    this.fail(new ClientDisconnected())
  }

  #resume(): void {
    this.#blocked = undefined
    this.#unblock()
  }
}
