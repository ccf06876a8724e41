/**
 * The requests of our own servers, whose streams are set in motion only for those who listen.
 *
 * Node plays the whole life of a stream for every request, with its ticks and events, though hardly
 * anybody listens: an eighth of the time of a small exchange without a body, a tenth of one with a
 * small body (measured on Node 20). Its parser hands each part to `push`, and an unread body is
 * let go by `resume`; so a class that overrides these, which `createServer` takes as an option, decides
 * what becomes of the parts. From 24 on Node's own `optimizeEmptyRequests` spares as much, where there
 * is no body; but for good: who listens after all waits in vain.
 */
import { IncomingMessage } from 'node:http'

/** Takes a part, or null at the end of the body; tells whether more may come at once. */
export type TakePart = (part: Uint8Array | null) => boolean

export class ServedRequest extends IncomingMessage {
  #take: TakePart | undefined
  #heard = false
  #spared = false
  /** What the stream was not told while it was spared. */
  #ended = false
  #resumed = false

  /** What comes from here on goes to `take` instead of the stream. */
  divert(take: TakePart): void {
    this.#take = take
    this.read(0) // so that Node knows of a reader, and lets the parts come
  }

  /** What comes from here on goes to the stream again. */
  restore(): void {
    this.#take = undefined
  }

  /** The whole body was read: the stream stays quiet until a listener is added. */
  spare(): void {
    this.#take = undefined
    this.#spared = true
    if (this.#heard) this.revive()
  }

  /** Emits what the stream would have emitted; called before the request is handed to another app. */
  revive(): void {
    if (!this.#spared) return
    this.#spared = false
    if (this.#ended) super.push(null)
    if (this.#resumed) super.resume()
  }

  override push(part: Uint8Array | null): boolean {
    const take = this.#take
    if (take === undefined && !this.#spared) return super.push(part)
    if (part === null) this.#ended = true
    return take?.(part) ?? true
  }

  /** Node calls it at the end of the response if the body was not read. */
  override resume(): this {
    if (!this.#spared) return super.resume()
    this.#resumed = true
    return this
  }

  override on(event: string | symbol, listener: (...values: never[]) => void): this {
    this.#heard = true
    this.revive()
    return super.on(event, listener as () => void) // whatever it takes, Node knows
  }

  override addListener(event: string | symbol, listener: (...values: never[]) => void): this {
    return this.on(event, listener)
  }

  // By hand, since types take it for a plain property, which no getter may override.
  static {
    const { prototype } = IncomingMessage
    Object.defineProperty(ServedRequest.prototype, 'readableEnded', {
      get(this: ServedRequest): boolean {
        return this.#spared || Reflect.get(prototype, 'readableEnded', this)
      },
    })
  }
}
