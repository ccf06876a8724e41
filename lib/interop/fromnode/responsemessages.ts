/** Converts the handler's response to messages, and sends them one after the other. */
import { nextTick } from 'node:process'
import { indexOfName } from '../../http/headers.ts'
import { joinBytes, NO_BYTES } from '../../internal/bytes.ts'
import {
  type HeaderList,
  type HTTPResponseStartMessage,
  type HTTPScope,
  type HTTPSendMessage,
  SENT,
  type Send,
} from '../../types.ts'

/** Called when a part was accepted, or with an error if it will not be. */
export type Callback = (error?: Error | null) => void

/** Notified about the progress of the response. */
interface ResponseMessagesOwner {
  /** Called when all parts so far were accepted. */
  readonly drained: () => void
  /** Called when the response is complete, with the callbacks that must still be called. */
  readonly completed: (callbacks: readonly Callback[]) => void
  readonly fail: (error: unknown) => void
  /** Returns the trailers; called when the body has ended. */
  readonly trailers: () => HeaderList
}

interface Part {
  readonly bytes: Uint8Array
  readonly callback: Callback | undefined
}

/** A message, the bytes that it accounts for, and the callbacks to call. */
interface Step {
  readonly message: HTTPSendMessage
  readonly size: number
  readonly callbacks: readonly Callback[]
}

/** Parts of one turn of the event loop are joined up to this size, like Node's own corking. */
const MOST_JOINED = 65_536
const NO_CALLBACKS: readonly Callback[] = []

export class ResponseMessages {
  readonly #send: Send
  readonly #owner: ResponseMessagesOwner
  readonly #isHead: boolean
  /** Undefined for most exchanges. */
  #hints: (readonly string[])[] | undefined
  readonly #parts: Part[] = []
  #start: HTTPResponseStartMessage | undefined
  #phase: 'held' | 'uncounted' | 'body' | 'trailers' | 'complete' | 'stopped' = 'held'
  /** Called when everything was accepted, including trailers. */
  #last: readonly Callback[] = NO_CALLBACKS
  #waiting = 0
  #ended = false
  #busy = false
  #scheduled = false

  constructor({ method }: HTTPScope, send: Send, owner: ResponseMessagesOwner) {
    this.#isHead = method === 'HEAD'
    this.#send = send
    this.#owner = owner
  }

  /** The number of bytes that were not accepted yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Sets the head; it is sent with the first part of the body. */
  head(start: HTTPResponseStartMessage): void {
    this.#start = start
  }

  /** Adds links for a 103, which may be sent between the head and the body. */
  hint(links: readonly string[]): void {
    this.#hints ??= []
    this.#hints.push(links)
  }

  /** Adds a part; it is sent at the end of the turn, or with the end of the body. */
  write(bytes: Uint8Array, callback: Callback | undefined): void {
    this.#waiting += bytes.byteLength
    this.#parts.push({ bytes, callback })
    if (this.#scheduled || this.#busy) return
    this.#scheduled = true
    nextTick(() => {
      this.#scheduled = false
      this.#run()
    })
  }

  /** Sends everything that is left, synchronously if possible. */
  end(): void {
    this.#ended = true
    this.#run()
  }

  /** Like `end`, but one turn of the event loop later, together with all waiting parts. */
  endLater(): void {
    const holds = !this.#busy
    this.#busy = true
    setImmediate(() => {
      if (holds) this.#busy = false
      this.end()
    })
  }

  /** Stops sending; returns the callbacks of everything that was not sent. */
  stop(): readonly Callback[] {
    if (this.#phase !== 'complete') this.#phase = 'stopped'
    return this.#parts.splice(0).flatMap(({ callback }) => callback ?? [])
  }

  /** This is not async: if messages are accepted synchronously, the whole response is sent synchronously. */
  #run(): void {
    while (!this.#busy) {
      const step = this.#next()
      if (step === undefined) return
      let done: Promise<void>
      try {
        done = this.#send(step.message)
      } catch (error) {
        this.#owner.fail(error)
        return
      }
      if (done === SENT) this.#accepted(step)
      else this.#await(done, step)
    }
  }

  #await(done: Promise<void>, step: Step): void {
    this.#busy = true
    const proceed = (): void => {
      this.#busy = false
      this.#accepted(step)
      this.#run()
    }
    // This also catches errors of listeners of 'drain'.
    done.then(proceed).catch((error) => this.#owner.fail(error))
  }

  #accepted({ size, callbacks }: Step): void {
    if (this.#phase === 'stopped') return
    this.#waiting -= size
    if (this.#phase === 'complete') {
      this.#owner.completed(this.#last)
      return
    }
    for (const callback of callbacks) nextTick(callback)
    if (size > 0 && this.#waiting === 0 && !this.#ended) this.#owner.drained()
  }

  #next(): Step | undefined {
    const start = this.#start
    if (start === undefined) return undefined
    switch (this.#phase) {
      case 'held':
        this.#phase = this.#isUncounted(start) ? 'uncounted' : 'body'
        return stepOf(start)
      case 'uncounted':
        this.#phase = 'body'
        return stepOf({ type: 'http.response.body', body: NO_BYTES, moreBody: true })
      case 'body':
        return this.#hint() ?? this.#body(start.trailers ?? false)
      case 'trailers':
        this.#phase = 'complete'
        return stepOf({ type: 'http.response.trailers', headers: this.#owner.trailers() })
      default:
        return undefined
    }
  }

  /**
   * Whether to send the body in two messages, because with one the server would declare a length of 0 for
   * HEAD.
   */
  #isUncounted({ headers }: HTTPResponseStartMessage): boolean {
    return this.#isHead && indexOfName(headers, 'content-length') < 0
  }

  #hint(): Step | undefined {
    const links = this.#hints?.shift()
    return links && stepOf({ type: 'http.response.early_hint', links })
  }

  #body(trailers: boolean): Step | undefined {
    if (this.#parts.length === 0 && !this.#ended) return undefined
    const { bytes: body, callbacks } = this.#take()
    const moreBody = !this.#ended || this.#parts.length > 0
    if (!moreBody) this.#phase = trailers ? 'trailers' : 'complete'
    if (!moreBody) this.#last = callbacks
    return {
      message: { type: 'http.response.body', body, moreBody },
      size: body.byteLength,
      callbacks: moreBody ? callbacks : NO_CALLBACKS,
    }
  }

  #take(): { readonly bytes: Uint8Array; readonly callbacks: readonly Callback[] } {
    // Most responses have one part, or none.
    if (this.#parts.length <= 1) {
      const { bytes = NO_BYTES, callback } = this.#parts.pop() ?? {}
      return { bytes, callbacks: callback === undefined ? NO_CALLBACKS : [callback] }
    }
    const taken = this.#parts.splice(0, this.#countJoined())
    return {
      bytes: joinBytes(taken.map(({ bytes }) => bytes)),
      callbacks: taken.flatMap(({ callback }) => callback ?? []),
    }
  }

  #countJoined(): number {
    let size = 0
    const full = this.#parts.findIndex(({ bytes }) => {
      size += bytes.byteLength
      return size > MOST_JOINED
    })
    return full < 0 ? this.#parts.length : Math.max(full, 1)
  }
}

function stepOf(message: HTTPSendMessage): Step {
  return { message, size: 0, callbacks: NO_CALLBACKS }
}
