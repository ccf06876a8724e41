/** The sending half of an exchange: messages become one response, and nothing but one response. */
import type { ServerResponse } from 'node:http'
import { NO_BYTES } from '../../bytes.ts'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { isHeaderValue } from '../../headers.ts'
import { ACCEPTED, type HeaderList, type HTTPScope, type SendMessage } from '../../types.ts'
import { Chunks } from './chunks.ts'
import type { Departure } from './departure.ts'
import { type Head, readHead } from './head.ts'
import { sendFile } from './pathsend.ts'
import { writeWhole } from './whole.ts'

/** What an exchange tells its sending half. */
export interface Circumstances {
  readonly departure: Departure
  /** Whether the connection must not be used for another request. */
  readonly isLast: boolean
  readonly directWrites: boolean
}

export class Outgoing {
  readonly #response: ServerResponse
  readonly #scope: HTTPScope
  readonly #circumstances: Circumstances
  #head: Head | undefined
  #chunks: Chunks | undefined
  #sent = 0
  #state: 'before start' | 'held' | 'in body' | 'in trailers' | 'complete' | 'gone' = 'before start'
  #trailers: HeaderList | undefined

  constructor(response: ServerResponse, scope: HTTPScope, circumstances: Circumstances) {
    this.#response = response
    this.#scope = scope
    this.#circumstances = circumstances
  }

  /** Whether any of the response may have reached the client. */
  get flushed(): boolean {
    return this.#state !== 'before start' && this.#state !== 'held'
  }

  get complete(): boolean {
    return this.#state === 'complete'
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
    if (this.#state === 'complete') return ACCEPTED
    if (this.#state === 'gone' || this.#response.destroyed) throw new ClientDisconnected()
    switch (message.type) {
      case 'http.response.start':
        if (this.#state !== 'before start')
          throw misplaced(message.type, 'the response has started')
        this.#head = readHead(message)
        this.#state = 'held'
        return ACCEPTED
      case 'http.response.body':
        return this.#body(message.body ?? NO_BYTES, message.moreBody ?? false)
      case 'http.response.trailers':
        return this.#addTrailers(message.headers, message.moreTrailers ?? false)
      case 'http.response.early_hint':
        return this.#hint(message.links)
      case 'http.response.pathsend':
        return this.#path(message.path)
      default:
        throw misplaced(message.type, 'it is no message of an http response')
    }
  }

  #body(body: Uint8Array, moreBody: boolean): Promise<void> {
    const head = this.#head
    if (head === undefined) throw misplaced('http.response.body', 'the response has not started')
    if (this.#state === 'in trailers') throw misplaced('http.response.body', 'the body has ended')
    if (!(body instanceof Uint8Array)) {
      throw new ProtocolError(
        `http.response.body: the body must be a Uint8Array, ${typeof body} was sent. Encode text as UTF-8.`,
      )
    }
    const dropped = head.bodyless || this.#scope.method === 'HEAD'
    this.#count(body.byteLength, moreBody, head, dropped)
    if (this.#state === 'held' && !moreBody && !head.trailers) {
      this.#state = 'complete'
      this.#finish(head, dropped ? NO_BYTES : body, body.byteLength)
      return ACCEPTED
    }
    return this.#chunk(head, dropped ? NO_BYTES : body, moreBody)
  }

  /** Neither too much, which the client would take for the next response, nor too little. */
  #count(size: number, moreBody: boolean, head: Head, dropped: boolean): void {
    this.#sent += size
    const { length } = head
    if (length === undefined || dropped) return
    if (this.#sent <= length && (moreBody || this.#sent === length)) return
    if (this.#state === 'held') this.#head = undefined
    this.#abort()
    throw new ProtocolError(
      `http.response.body: content-length is ${length}, but the body has ${this.#sent} bytes${this.#sent > length ? ' or more' : ''}. Leave the header out, or count again.`,
    )
  }

  #abort(): void {
    if (this.#state !== 'held') {
      this.#state = 'gone'
      this.#response.destroy()
    } else this.#state = 'before start'
  }

  #finish(head: Head, body: Uint8Array, size: number): void {
    const { isLast, directWrites } = this.#circumstances
    const fields = head.headers
    if (head.length === undefined && !head.bodyless) fields.push('content-length', String(size))
    if (isLast) fields.push('connection', 'close')
    const direct = directWrites && !isLast && !head.bodyless
    writeWhole(this.#response, head.status, fields, body, direct)
  }

  #writeHead(head: Head): void {
    if (this.#circumstances.isLast) head.headers.push('connection', 'close')
    this.#response.writeHead(head.status, head.headers)
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
    return ACCEPTED
  }

  #addTrailers(headers: HeaderList, moreTrailers: boolean): Promise<void> {
    if (this.#state !== 'in trailers') {
      throw misplaced(
        'http.response.trailers',
        'they follow the last body of a response that announced them',
      )
    }
    readHead({ type: 'http.response.start', status: 200, headers })
    this.#trailers = [...(this.#trailers ?? []), ...headers]
    if (moreTrailers) return ACCEPTED
    this.#state = 'complete'
    // Only who asked for trailers gets them (RFC 9110 section 6.5.1).
    if (acceptsTrailers(this.#scope)) {
      this.#response.addTrailers(pairs(this.#trailers))
    }
    this.#chunks?.end(NO_BYTES)
    return ACCEPTED
  }

  /** Once a part of the body is out, Node would write the 103 into the middle of it. */
  #hint(links: readonly string[]): Promise<void> {
    if (this.#state === 'before start')
      throw misplaced('http.response.early_hint', 'the response has not started')
    if (!links.every((link) => /^<[^>]+>\s*;/.test(link) && isHeaderValue(link))) {
      throw new ProtocolError(
        `http.response.early_hint: a link is "<target>; rel=…", ${JSON.stringify(links)} was sent. See RFC 8288.`,
      )
    }
    const possible = this.#state === 'held' && this.#scope.httpVersion !== '1.0'
    if (possible) this.#response.writeEarlyHints({ link: [...links] })
    return ACCEPTED
  }

  async #path(path: string): Promise<void> {
    const head = this.#head
    if (head === undefined || this.#state !== 'held') {
      throw misplaced('http.response.pathsend', 'it comes once, right after the start')
    }
    const withBody = !head.bodyless && this.#scope.method !== 'HEAD'
    await sendFile(path, this.#response, head.length, withBody, (length) => {
      if (head.length === undefined) head.headers.push('content-length', String(length))
      this.#writeHead(head)
    })
    this.#state = 'complete'
  }
}

function acceptsTrailers({ headers }: HTTPScope): boolean {
  return headers.some(
    (name, index) => name === 'te' && /\btrailers\b/i.test(headers[index + 1] ?? ''),
  )
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

/** Marked as handled: whoever awaits it still gets the error. */
function rejected(error: unknown): Promise<void> {
  const promise = Promise.reject(error)
  promise.catch(() => {})
  return promise
}
