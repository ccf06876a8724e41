/** The messages that a websocket has read and its handler has not received, and waiting readers. */
import type { Receive, ReceiveMessage, WebSocketDisconnectMessage } from '../types.ts'

/** How much is read ahead. Further messages wait in the server, and then at the peer. */
const MOST_MESSAGES = 16
const MOST_UNITS = 1_048_576

/** Waits for a message, and may leave. */
export interface Reader<Result> {
  /** Converts a message; undefined means that the reader has left before one arrived. */
  read(message: ReceiveMessage | undefined): Result
}

/** Learns of the end of an inbox. */
export interface Ended {
  /** Called once, as soon as the disconnect has been read. */
  ended(message: WebSocketDisconnectMessage): void
}

interface Waiting {
  readonly reader: Reader<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * The messages of one `receive`, each given to one waiting reader, in order.
 *
 * A reader that stops waiting loses no message: the next one is kept for the next reader.
 */
export class Inbox {
  readonly #receive: Receive
  readonly #listener: Ended
  /** Usually nothing is kept and one reader waits, so that lists are created only when needed. */
  #kept: ReceiveMessage[] | undefined
  #units = 0
  #waiting: Waiting | undefined
  #waitingLater: Waiting[] | undefined
  #reading = false
  #ahead = false
  /** Whether old messages make room for new ones. */
  #drops = false
  #end: WebSocketDisconnectMessage | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(receive: Receive, listener: Ended) {
    this.#receive = receive
    this.#listener = listener
  }

  /**
   * Resolves with what the reader makes of the next message; after the last one that is the
   * disconnect, repeatedly.
   */
  next<Result>(reader: Reader<Result>): Promise<Result> {
    const message = this.#kept?.shift() ?? this.#end
    const failure = this.#failure
    if (message !== undefined) {
      this.#units -= unitsOf(message)
      this.#read()
      return new Promise((resolve) => resolve(reader.read(message)))
    }
    if (failure !== undefined) {
      this.#failure = undefined
      return Promise.reject(failure.error)
    }
    return new Promise<unknown>((resolve, reject) => {
      this.#enlist({ reader, resolve, reject })
      this.#read()
    }) as Promise<Result> // it is resolved with what the reader gives
  }

  /** As `next`; rejects with the signal's reason, and takes nothing, when that aborts before. */
  async nextUntil<Result>(signal: AbortSignal, inner: Reader<Result>): Promise<Result> {
    signal.throwIfAborted()
    const reader: Reader<Result> = {
      read: (message) => {
        if (message === undefined) throw signal.reason
        return inner.read(message)
      },
    }
    const leave = (): void => this.leave(reader)
    signal.addEventListener('abort', leave)
    try {
      return await this.next(reader)
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  /** Stops the waiting of a reader. */
  leave(reader: Reader<unknown>): void {
    for (const waiting of this.#dismiss()) {
      if (waiting.reader === reader) settle(waiting, undefined)
      else this.#enlist(waiting)
    }
  }

  /** Reads ahead within limits, so that the disconnect is noticed early. */
  watch(): void {
    this.#ahead = true
    this.#read()
  }

  /** As `watch`, but without limits: only the latest messages are kept, until `keepAll`. */
  dropOld(): void {
    this.#drops = true
    this.watch()
  }

  keepAll(): void {
    this.#drops = false
  }

  #enlist(waiting: Waiting): void {
    if (this.#waiting === undefined) this.#waiting = waiting
    else {
      this.#waitingLater ??= []
      this.#waitingLater.push(waiting)
    }
  }

  /** Removes and returns all waiting readers, in order. */
  #dismiss(): Waiting[] {
    if (this.#waiting === undefined) return []
    const all = [this.#waiting, ...(this.#waitingLater ?? [])]
    this.#waiting = undefined
    this.#waitingLater = undefined
    return all
  }

  #read(): void {
    if (this.#reading || this.#end !== undefined || this.#failure !== undefined) return
    const isAhead = this.#ahead && (this.#hasRoom || this.#drops)
    if (this.#waiting === undefined && !isAhead) return
    this.#reading = true
    this.#receive().then(this.#take, this.#fail)
  }

  #dropOldest(): void {
    while (this.#kept !== undefined && !this.#fits) {
      const oldest = this.#kept.shift()
      if (oldest !== undefined) this.#units -= unitsOf(oldest)
    }
  }

  get #fits(): boolean {
    return (this.#kept?.length ?? 0) <= MOST_MESSAGES && this.#units <= MOST_UNITS
  }

  get #hasRoom(): boolean {
    return (this.#kept?.length ?? 0) < MOST_MESSAGES && this.#units < MOST_UNITS
  }

  readonly #take = (message: ReceiveMessage): void => {
    this.#reading = false
    if (message.type === 'websocket.disconnect') {
      this.#end = message
      for (const waiting of this.#dismiss()) settle(waiting, message)
      this.#listener.ended(message)
      return
    }
    const first = this.#waiting
    if (first === undefined) {
      this.#kept ??= []
      this.#kept.push(message)
      this.#units += unitsOf(message)
      if (this.#drops) this.#dropOldest()
    } else {
      this.#waiting = this.#waitingLater?.shift()
      settle(first, message)
    }
    this.#read()
  }

  /** Kept for the next reader, if none waits. */
  readonly #fail = (error: unknown): void => {
    this.#reading = false
    if (this.#waiting === undefined) this.#failure = { error }
    for (const { reject } of this.#dismiss()) reject(error)
  }
}

function settle({ reader, resolve, reject }: Waiting, message: ReceiveMessage | undefined): void {
  try {
    resolve(reader.read(message))
  } catch (error) {
    reject(error)
  }
}

/** Bytes, or characters of a text. */
function unitsOf(message: ReceiveMessage): number {
  if (message.type !== 'websocket.receive') return 0
  return message.bytes?.byteLength ?? message.text?.length ?? 0
}
