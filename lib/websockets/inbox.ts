/** What has come for a websocket and was not taken yet, and who waits for more. */
import type { Receive, ReceiveMessage, WebSocketDisconnectMessage } from '../types.ts'

/** How far is read ahead; what is beyond stays with the server, and with the peer in the end. */
const MOST_MESSAGES = 16
const MOST_UNITS = 1_048_576

interface Waiting {
  /** Who waits, and may leave. */
  readonly owner: unknown
  readonly resolve: (message: ReceiveMessage | undefined) => void
  readonly reject: (error: unknown) => void
}

/**
 * The messages of one `receive`, each given to one of those who wait, in their order.
 *
 * Whoever stops waiting takes nothing with it: what comes then is kept for the next.
 */
export class Inbox {
  readonly #receive: Receive
  readonly #onEnd: (message: WebSocketDisconnectMessage) => void
  readonly #kept: ReceiveMessage[] = []
  #units = 0
  readonly #waiting: Waiting[] = []
  #reading = false
  #ahead = false
  #end: WebSocketDisconnectMessage | undefined
  #failure: { readonly error: unknown } | undefined

  /** @param onEnd Called once, as soon as the disconnect has been read. */
  constructor(receive: Receive, onEnd: (message: WebSocketDisconnectMessage) => void) {
    this.#receive = receive
    this.#onEnd = onEnd
  }

  /**
   * The next message, or undefined when the owner has left before one came.
   *
   * After the last one it is the disconnect, again and again.
   */
  next(owner?: unknown): Promise<ReceiveMessage | undefined> {
    const message = this.#kept.shift() ?? this.#end
    if (message !== undefined) {
      this.#units -= unitsOf(message)
      this.#read()
      return Promise.resolve(message)
    }
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) return Promise.reject(failure.error)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ owner, resolve, reject })
      this.#read()
    })
  }

  /** The next message; rejects with the signal's reason, and takes nothing, when that aborts before. */
  async nextUntil(signal: AbortSignal): Promise<ReceiveMessage> {
    signal.throwIfAborted()
    const owner = {}
    const leave = (): void => this.leave(owner)
    signal.addEventListener('abort', leave)
    try {
      const message = await this.next(owner)
      if (message === undefined) throw signal.reason
      return message
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  /** Lets go of an owner who waits. */
  leave(owner: unknown): void {
    for (let index = this.#waiting.length - 1; index >= 0; index--) {
      if (this.#waiting[index]?.owner !== owner) continue
      for (const { resolve } of this.#waiting.splice(index, 1)) resolve(undefined)
    }
  }

  /** Reads on even if nobody waits, within limits, so that the end shows before its turn. */
  watch(): void {
    this.#ahead = true
    this.#read()
  }

  #read(): void {
    if (this.#reading || this.#end !== undefined || this.#failure !== undefined) return
    if (this.#waiting.length === 0 && !(this.#ahead && this.#hasRoom)) return
    this.#reading = true
    this.#receive().then(this.#take, this.#fail)
  }

  get #hasRoom(): boolean {
    return this.#kept.length < MOST_MESSAGES && this.#units < MOST_UNITS
  }

  readonly #take = (message: ReceiveMessage): void => {
    this.#reading = false
    if (message.type === 'websocket.disconnect') {
      this.#end = message
      for (const { resolve } of this.#waiting.splice(0)) resolve(message)
      this.#onEnd(message)
      return
    }
    const first = this.#waiting.shift()
    if (first === undefined) {
      this.#kept.push(message)
      this.#units += unitsOf(message)
    } else first.resolve(message)
    this.#read()
  }

  /** Kept for who asks next, when nobody has asked. */
  readonly #fail = (error: unknown): void => {
    this.#reading = false
    if (this.#waiting.length === 0) this.#failure = { error }
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}

/** Bytes, or characters of a text. */
function unitsOf(message: ReceiveMessage): number {
  if (message.type !== 'websocket.receive') return 0
  return message.bytes?.byteLength ?? message.text?.length ?? 0
}
