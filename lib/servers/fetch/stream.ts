/** A body as a web stream, with a buffer ahead of its reader. */
import { ClientDisconnected } from '../../exceptions.ts'
import { handled } from '../../internal/handled.ts'
import { SENT } from '../../types.ts'

/** The maximum number of bytes that wait for the reader. */
const AHEAD = 65_536

export class Stream {
  readonly readable: ReadableStream<Uint8Array>
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #blocked: Promise<void> | undefined
  #unblock: () => void = () => {}
  #fail: (error: Error) => void = () => {}
  #closed = false
  #failure: { readonly error: unknown } | undefined

  /** @param onCancel Called when the reader stops reading. */
  constructor(onCancel: () => void) {
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        pull: () => this.#pull(),
        cancel: () => {
          if (this.#closed) return
          this.#closed = true
          onCancel()
        },
      },
      { highWaterMark: AHEAD, size: ({ byteLength }) => byteLength },
    )
  }

  /** Resolves when there is room for more. */
  write(part: Uint8Array): Promise<void> {
    if (this.#closed || this.#failure !== undefined || part.byteLength === 0) return SENT
    // A small part is copied, because its producer may write the next part into the same memory.
    this.#controller?.enqueue(part.byteLength < AHEAD ? part.slice() : part)
    if ((this.#controller?.desiredSize ?? 0) > 0) return SENT
    if (this.#blocked === undefined) {
      const blocked = new Promise<void>((resolve, reject) => {
        this.#unblock = resolve
        this.#fail = reject
      })
      this.#blocked = handled(blocked) // the app may not wait for it
    }
    return this.#blocked
  }

  end(): void {
    if (!this.#closed && this.#failure === undefined) {
      this.#closed = true
      this.#controller?.close()
    }
    this.#resume()
  }

  /** Ends the stream with an error, after all written parts were read. */
  fail(error: unknown): void {
    this.#fail(new ClientDisconnected())
    if (this.#closed || this.#failure !== undefined) return
    this.#failure = { error }
    this.#breakOffOnceTaken()
  }

  /** Drops all written parts, because the client has disconnected or the exchange was aborted. */
  leave(): void {
    const error = new ClientDisconnected()
    this.#fail(error)
    this.#breakOff(error)
  }

  #pull(): void {
    this.#resume()
    this.#breakOffOnceTaken()
  }

  /**
   * Ends the stream in a later turn: if the error comes with the last part, Bun sends neither head nor body.
   */
  #breakOffOnceTaken(): void {
    if (this.#failure === undefined || this.#controller?.desiredSize !== AHEAD) return
    const { error } = this.#failure
    setTimeout(() => this.#breakOff(error), 0)
  }

  #breakOff(error: unknown): void {
    if (this.#closed) return
    this.#closed = true
    this.#controller?.error(error)
  }

  #resume(): void {
    this.#blocked = undefined
    this.#unblock()
  }
}
