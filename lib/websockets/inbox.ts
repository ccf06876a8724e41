/** The messages of a websocket that its handler has not received yet, and the waiting readers. */
import type { Receive, ReceiveMessage, WebSocketDisconnectMessage } from '../types.ts'

/** The limits for reading ahead. Further messages wait in the server, and then at the peer. */
const MOST_MESSAGES = 16
const MOST_UNITS = 1_048_576

/** A reader that waits for a message, and may stop waiting. */
export interface Reader<Result> {
  /** Converts a message; undefined means that the reader stopped waiting before one arrived. */
  read(message: ReceiveMessage | undefined): Result
}

/** Gets notified of the end of an inbox. */
export interface EndListener {
  /** Called once, when the disconnect has been read. */
  ended(message: WebSocketDisconnectMessage): void
}

interface WaitingReader {
  readonly reader: Reader<unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * The messages of one `receive`. Each goes to one waiting reader, in order.
 *
 * A reader that stops waiting loses no message: the next one is kept for the next reader.
 */
export class Inbox {
  readonly #receive: Receive
  readonly #listener: EndListener
  /** Usually no message is kept and one reader waits, so lists are created only when needed. */
  #kept: ReceiveMessage[] | undefined
  #units = 0
  #waiting: WaitingReader | undefined
  #waitingLater: WaitingReader[] | undefined
  #reading = false
  #ahead = false
  /** Whether old messages are dropped to make room for new ones. */
  #drops = false
  #end: WebSocketDisconnectMessage | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(receive: Receive, listener: EndListener) {
    this.#receive = receive
    this.#listener = listener
  }

  /**
   * Resolves to the reader's result for the next message. After the last message, each call gets the
   * disconnect.
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
    }) as Promise<Result> // it is resolved with the reader's result
  }

  /** Like `next`. If the signal aborts first, it rejects with the signal's reason and takes no message. */
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

  /** Removes a waiting reader. */
  leave(reader: Reader<unknown>): void {
    for (const waiting of this.#dismiss()) {
      if (waiting.reader === reader) settle(waiting, undefined)
      else this.#enlist(waiting)
    }
  }

  /** Reads ahead within limits, to notice the disconnect early. */
  watch(): void {
    this.#ahead = true
    this.#read()
  }

  /** Like `watch`, but without a limit for reading: only the latest messages are kept, until `keepAll`. */
  dropOld(): void {
    this.#drops = true
    this.watch()
  }

  keepAll(): void {
    this.#drops = false
  }

  #enlist(waiting: WaitingReader): void {
    if (this.#waiting === undefined) this.#waiting = waiting
    else {
      this.#waitingLater ??= []
      this.#waitingLater.push(waiting)
    }
  }

  /** Removes and returns all waiting readers, in order. */
  #dismiss(): WaitingReader[] {
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

  /** Rejects the waiting readers. If there is no waiting reader, the next one gets the error. */
  readonly #fail = (error: unknown): void => {
    this.#reading = false
    if (this.#waiting === undefined) this.#failure = { error }
    for (const { reject } of this.#dismiss()) reject(error)
  }
}

function settle(
  { reader, resolve, reject }: WaitingReader,
  message: ReceiveMessage | undefined,
): void {
  try {
    resolve(reader.read(message))
  } catch (error) {
    reject(error)
  }
}

/** The size of a message: bytes, or characters of text. */
function unitsOf(message: ReceiveMessage): number {
  if (message.type !== 'websocket.receive') return 0
  return message.bytes?.byteLength ?? message.text?.length ?? 0
}
