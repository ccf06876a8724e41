/** The messages of a response, as one fetch response. */

import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { indexOfName } from '../../http/headers.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { type Head, readHead } from '../../protocol/head.ts'
import { type HTTPScope, SENT, type SendMessage } from '../../types.ts'
import { type FileBody, fixed, makeResponse } from './response.ts'
import { Stream } from './stream.ts'

/** What an exchange does with what comes out of it. */
export interface Outlet {
  /** Gives the response to the runtime, once. */
  deliver(response: globalThis.Response): void
  /** Told when the runtime wants no more of the body. */
  leave(): void
  /** Told when the last part was sent. */
  end(): void
}

export class Outgoing {
  readonly #scope: HTTPScope
  readonly #outlet: Outlet
  readonly #file: FileBody | undefined
  #head: Head | undefined
  #stream: Stream | undefined
  #sent = 0
  #state: 'before start' | 'held' | 'in body' | 'complete' | 'cut' | 'gone' = 'before start'

  /** @param file Makes a body of a file, where the runtime can. */
  constructor(scope: HTTPScope, outlet: Outlet, file?: FileBody) {
    this.#scope = scope
    this.#outlet = outlet
    this.#file = file
  }

  /** Whether the runtime has the response, or its beginning. */
  get delivered(): boolean {
    return this.#state === 'in body' || this.#state === 'complete' || this.#state === 'cut'
  }

  get complete(): boolean {
    return this.#state === 'complete'
  }

  /** Whether nothing is missing: all was sent, or nobody is there to miss it. */
  get settled(): boolean {
    return this.#state === 'complete' || this.#state === 'gone'
  }

  /** Never throws, so that a forgotten `await` cannot end the process. */
  send(message: SendMessage): Promise<void> {
    try {
      return this.#accept(message)
    } catch (error) {
      const refused = Promise.reject(error)
      refused.catch(() => {})
      return refused
    }
  }

  /** The client has gone: whoever waits for room hears of it. */
  leave(): void {
    if (this.#state === 'complete') return
    this.#state = 'gone'
    this.#stream?.leave()
  }

  /** Something is missing, and the client is to notice. */
  cut(error: unknown): void {
    this.#state = 'cut'
    this.#stream?.fail(error)
  }

  #accept(message: SendMessage): Promise<void> {
    if (this.#state === 'complete') return SENT
    if (this.#state === 'cut' || this.#state === 'gone') throw new ClientDisconnected()
    if (message.type === 'http.response.start') {
      if (this.#state !== 'before start') throw misplaced(message.type, 'the response has started')
      this.#head = readHead(message, this.#scope)
      if (this.#head.trailers) throw unknown('http.response.trailers')
      this.#state = 'held'
      return SENT
    }
    if (message.type === 'http.response.pathsend') return this.#deliverFile(message.path)
    if (message.type !== 'http.response.body') throw unknown(message.type)
    return this.#body(message.body ?? NO_BYTES, message.moreBody ?? false)
  }

  #body(body: Uint8Array, moreBody: boolean): Promise<void> {
    const head = this.#head
    if (head === undefined) throw misplaced('http.response.body', 'the response has not started')
    if (!(body instanceof Uint8Array)) {
      throw new ProtocolError(
        `http.response.body: the body must be a Uint8Array, ${typeof body} was sent. Encode text as UTF-8.`,
      )
    }
    this.#count(body.byteLength, moreBody, head)
    if (this.#state === 'held' && (head.dropsBody || !moreBody)) {
      this.#deliverWhole(head, body, moreBody)
    } else if (!head.dropsBody) {
      if (this.#state === 'held') this.#deliverStream(head)
      const accepted = this.#stream?.write(body) ?? SENT
      if (moreBody) return accepted
      this.#stream?.end()
    }
    if (moreBody) return turn()
    this.#state = 'complete'
    this.#outlet.end()
    return SENT
  }

  /** Neither too much, which some client would take for something else, nor too little. */
  #count(size: number, moreBody: boolean, { length, dropsBody }: Head): void {
    this.#sent += size
    if (length === undefined || dropsBody) return
    if (this.#sent <= length && (moreBody || this.#sent === length)) return
    const sent = this.#sent
    const error = new ProtocolError(
      `http.response.body: content-length is ${length}, but the body has ${sent} bytes${sent > length ? ' or more' : ''}. Leave the header out, or count again.`,
    )
    if (this.#state === 'in body') this.cut(error)
    else {
      // Another start is possible as long as nothing is out.
      this.#state = 'before start'
      this.#head = undefined
      this.#sent = 0
    }
    throw error
  }

  #deliverWhole(head: Head, body: Uint8Array, moreBody: boolean): void {
    this.#state = 'in body'
    if (!head.dropsBody && body.byteLength > 0) {
      this.#outlet.deliver(makeResponse(body, head.status, head.headers))
      return
    }
    const isWhole = !moreBody && (body.byteLength > 0 || !head.dropsBody)
    // A HEAD without a body says nothing of the length that a GET would have.
    const isCounted = head.length === undefined && !head.bodyless && isWhole
    const fields = isCounted
      ? [...head.headers, 'content-length', String(body.byteLength)]
      : head.headers
    this.#outlet.deliver(makeResponse(null, head.status, fields))
  }

  #deliverFile(path: string): Promise<void> {
    if (this.#file === undefined) throw unknown('http.response.pathsend')
    const head = this.#head
    if (head === undefined || this.#state !== 'held') {
      throw misplaced('http.response.pathsend', 'it comes once, right after the start')
    }
    const body = head.dropsBody ? null : this.#file(path)
    this.#state = 'complete'
    const { headers } = head
    // Bun would add one with the file's own name, which is not for the client.
    const isNamed = indexOfName(headers, 'content-disposition') >= 0
    const fields = isNamed ? headers : [...headers, 'content-disposition', 'inline']
    this.#outlet.deliver(makeResponse(body, head.status, fields))
    this.#outlet.end()
    return SENT
  }

  #deliverStream(head: Head): void {
    const stream = new Stream(() => this.#outlet.leave())
    const readable =
      head.length === undefined ? stream.readable : fixed(stream.readable, head.length)
    this.#stream = stream
    this.#state = 'in body'
    this.#outlet.deliver(makeResponse(readable, head.status, head.headers))
  }
}

/** A body that goes nowhere is never held up: without a pause it would hold up the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

function misplaced(type: string, why: string): ProtocolError {
  return new ProtocolError(`${type}: out of place, ${why}. Check that every send is awaited.`)
}

function unknown(type: string): ProtocolError {
  return new ProtocolError(
    `${type}: this server cannot send it, fetch has no place for it. Look for it in scope.extensions before.`,
  )
}
