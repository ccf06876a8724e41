/** The sending half of an exchange: messages become one response, and nothing but one response. */
import type { ServerResponse } from 'node:http'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { handled } from '../../internal/handled.ts'
import { type Asked, type Head, readHead, readTrailers } from '../../protocol/head.ts'
import {
  type HeaderList,
  type HTTPResponseTrailersMessage,
  SENT,
  type SendMessage,
} from '../../types.ts'
import { Chunks } from './chunks.ts'
import { cut } from './cut.ts'
import type { Disconnect } from './disconnect.ts'
import { assertLinks, writeHint } from './hints.ts'
import { endHosted, writeHosted } from './hostresponse.ts'
import { type Destination, sendFile } from './pathsend.ts'
import { writeWhole } from './whole.ts'

/** What an exchange tells its sending half. */
export interface Circumstances {
  readonly departure: Disconnect
  /** Whether this is the last response of its connection; asked once, when its head is written. */
  endsConnection(): boolean
  readonly shortcuts: boolean
  /** Whether the response is one of somebody else's server, which may have put something around it. */
  readonly hosted?: boolean
  /** Whether a host, or a handler that was given the response, may answer in the app's place. */
  readonly shared?: boolean
}

const CLOSE = ['connection', 'close']

export class Outgoing {
  readonly #response: ServerResponse
  readonly #scope: Asked
  readonly #circumstances: Circumstances
  #head: Head | undefined
  #chunks: Chunks | undefined
  #sent = 0
  #state: 'before start' | 'held' | 'in file' | 'in body' | 'in trailers' | 'complete' | 'cut' =
    'before start'
  #trailers: HeaderList | undefined

  constructor(response: ServerResponse, scope: Asked, circumstances: Circumstances) {
    this.#response = response
    this.#scope = scope
    this.#circumstances = circumstances
  }

  /** Whether any of the response may have reached the client. */
  get flushed(): boolean {
    return this.#response.headersSent
  }

  /** Whether the app has begun it. */
  get started(): boolean {
    return this.#state !== 'before start'
  }

  get complete(): boolean {
    return this.#state === 'complete'
  }

  /** Whether nothing is missing: all was sent, or the client left and there is nobody to miss it. */
  get settled(): boolean {
    const isLeft = this.#response.destroyed && this.#state !== 'cut'
    return this.complete || isLeft || (this.#circumstances.hosted === true && this.#isTaken)
  }

  /** Whether a host or a handler has answered itself, because it would not wait for instance. */
  get #isTaken(): boolean {
    const isOurs = this.#state !== 'before start' && this.#state !== 'held'
    return this.#circumstances.shared === true && !isOurs && this.#response.headersSent
  }

  /** Never throws, so that a forgotten `await` cannot end the process. */
  send(message: SendMessage): Promise<void> {
    try {
      return this.#accept(message)
    } catch (error) {
      return rejected(error)
    }
  }

  #accept(message: SendMessage): Promise<void> {
    if (this.#state === 'complete') return SENT
    if (this.#state === 'cut' || this.#response.destroyed || this.#isTaken) {
      throw new ClientDisconnected()
    }
    switch (message.type) {
      case 'http.response.start':
        if (this.#state !== 'before start')
          throw misplaced(message.type, 'the response has started')
        this.#head = readHead(message, this.#scope)
        this.#state = 'held'
        return SENT
      case 'http.response.body':
        return this.#body(message.body ?? NO_BYTES, message.moreBody ?? false)
      case 'http.response.trailers':
        return this.#addTrailers(message)
      case 'http.response.early_hint':
        return this.#hint(message.links)
      case 'http.response.pathsend':
        return handled(this.#path(message.path))
      default:
        throw misplaced(message.type, 'it is no message of an http response')
    }
  }

  #body(body: Uint8Array, moreBody: boolean): Promise<void> {
    const head = this.#head
    if (head === undefined) throw misplaced('http.response.body', 'the response has not started')
    if (this.#state === 'in trailers') throw misplaced('http.response.body', 'the body has ended')
    if (this.#state === 'in file') throw misplaced('http.response.body', 'a file is being sent')
    if (!(body instanceof Uint8Array)) {
      throw new ProtocolError(
        `http.response.body: the body must be a Uint8Array, ${typeof body} was sent. Encode text as UTF-8.`,
      )
    }
    this.#count(body.byteLength, moreBody, head)
    if (this.#state === 'held' && !moreBody && !head.trailers) {
      this.#finish(head, head.dropsBody ? NO_BYTES : body, body.byteLength)
      this.#state = 'complete'
      return SENT
    }
    if (!head.dropsBody) return this.#chunk(head, body, moreBody)
    const accepted = this.#chunk(head, NO_BYTES, moreBody)
    // A body that goes nowhere is never held up: without a pause it would hold up the event loop.
    return moreBody ? new Promise((resolve) => setImmediate(resolve)) : accepted
  }

  /** Neither too much, which the client would take for the next response, nor too little. */
  #count(size: number, moreBody: boolean, { length, dropsBody }: Head): void {
    this.#sent += size
    if (length === undefined || dropsBody) return
    if (this.#sent <= length && (moreBody || this.#sent === length)) return
    const sent = this.#sent
    this.#abort()
    throw new ProtocolError(
      `http.response.body: content-length is ${length}, but the body has ${sent} bytes${sent > length ? ' or more' : ''}. Leave the header out, or count again.`,
    )
  }

  /** Another start is possible as long as nothing is out. */
  #abort(): void {
    if (this.#response.headersSent) {
      this.#state = 'cut'
      cut(this.#response)
    } else {
      this.#state = 'before start'
      this.#head = undefined
      this.#sent = 0
    }
  }

  #finish(head: Head, body: Uint8Array, size: number): void {
    const { shortcuts, hosted } = this.#circumstances
    const isLast = this.#circumstances.endsConnection()
    // A HEAD without a body says nothing of the length that a GET would have.
    const isCounted = head.length === undefined && !head.bodyless && (size > 0 || !head.dropsBody)
    let fields = isCounted ? withLength(head.headers, size) : head.headers
    if (isLast) fields = [...fields, ...CLOSE]
    const direct = shortcuts && !isLast && !head.bodyless
    if (hosted) endHosted(this.#response, head.status, fields, body)
    else writeWhole(this.#response, head.status, fields, body, direct)
  }

  #writeHead(head: Head): void {
    const fields = this.#circumstances.endsConnection() ? [...head.headers, ...CLOSE] : head.headers
    if (this.#circumstances.hosted) writeHosted(this.#response, head.status, fields)
    // Node's types want a list that could be changed; it is not.
    else this.#response.writeHead(head.status, fields as string[])
    this.#state = 'in body'
  }

  #chunk(head: Head, body: Uint8Array, moreBody: boolean): Promise<void> {
    this.#chunks ??= new Chunks(this.#response, this.#circumstances.departure)
    if (this.#state === 'held') this.#writeHead(head)
    if (moreBody) return this.#chunks.write(body)
    if (head.trailers) {
      this.#state = 'in trailers'
      return this.#chunks.write(body)
    }
    this.#state = 'complete'
    this.#chunks.end(body)
    return SENT
  }

  #addTrailers(message: HTTPResponseTrailersMessage): Promise<void> {
    if (this.#state !== 'in trailers') {
      throw misplaced(
        'http.response.trailers',
        'they follow the last body of a response that announced them',
      )
    }
    this.#trailers = [...(this.#trailers ?? []), ...readTrailers(message)]
    if (message.moreTrailers) return SENT
    this.#state = 'complete'
    if (this.#head?.sendsTrailers) this.#response.addTrailers(pairs(this.#trailers))
    this.#chunks?.end(NO_BYTES)
    return SENT
  }

  /** Once a part of the body is out, Node would write the 103 into the middle of it. */
  #hint(links: readonly string[]): Promise<void> {
    if (this.#state === 'before start')
      throw misplaced('http.response.early_hint', 'the response has not started')
    assertLinks(links)
    if (this.#state === 'held' && this.#scope.httpVersion !== '1.0') {
      writeHint(this.#response, links)
    }
    return SENT
  }

  async #path(path: string): Promise<void> {
    const head = this.#head
    if (head === undefined || this.#state !== 'held') {
      throw misplaced('http.response.pathsend', 'it comes once, right after the start')
    }
    this.#state = 'in file'
    try {
      await sendFile(path, head.length, !head.dropsBody, this.#destination(head))
      this.#chunks?.end(NO_BYTES)
      this.#state = 'complete'
    } catch (error) {
      // The state may have changed while the file was sent.
      if (!(error instanceof ClientDisconnected)) this.#abort()
      throw error
    }
  }

  #destination(head: Head): Destination {
    const response = this.#response
    const chunks = new Chunks(response, this.#circumstances.departure)
    return {
      isTaken: () => response.destroyed || response.headersSent,
      start: (length) => {
        const isCounted = head.length === undefined && !head.bodyless
        const headers = isCounted ? withLength(head.headers, length) : head.headers
        this.#writeHead({ ...head, headers })
        this.#state = 'in file'
        this.#chunks = chunks
      },
      write: async (bytes) => {
        if (response.destroyed) throw new ClientDisconnected()
        await chunks.write(bytes)
      },
    }
  }
}

function withLength(headers: HeaderList, length: number): HeaderList {
  return [...headers, 'content-length', String(length)]
}

function pairs(headers: HeaderList): [string, string][] {
  const result: [string, string][] = []
  for (let index = 0; index < headers.length; index += 2) {
    result.push([headers[index] ?? '', headers[index + 1] ?? ''])
  }
  return result
}

function misplaced(type: string, why: string): ProtocolError {
  return new ProtocolError(`${type}: out of place, ${why}. Check that every send is awaited.`)
}

/** Marked as handled; callers that await it still get the error. */
function rejected(error: unknown): Promise<void> {
  return handled(Promise.reject(error))
}
