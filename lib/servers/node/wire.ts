/** Writes a response to Node's ServerResponse. `protocol/response.ts` decides what is written, and in which order. */
import type { ServerResponse } from 'node:http'
import { ClientDisconnected } from '../../exceptions.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import type { Head } from '../../protocol/head.ts'
import type { Wire } from '../../protocol/response.ts'
import type { HeaderList } from '../../types.ts'
import { Chunks } from './chunks.ts'
import { cut } from './cut.ts'
import type { Disconnect } from './disconnect.ts'
import { writeHint } from './hints.ts'
import { endHosted, writeHosted } from './hostresponse.ts'
import { sendFile } from './pathsend.ts'
import { writeWhole } from './whole.ts'

/** The properties of an exchange that its wire needs. */
export interface Circumstances {
  readonly disconnect: Disconnect
  /** Whether this is the last response of its connection. It is called once, when the head is written. */
  endsConnection(): boolean
  /** Whether the response belongs to another server, which may have wrapped it. */
  readonly hosted?: boolean
  /** Whether a host, or a handler that has the response, may answer instead of the app. */
  readonly shared?: boolean
}

const CLOSE = ['connection', 'close']

export class NodeWire implements Wire {
  readonly #response: ServerResponse
  readonly #circumstances: Circumstances
  #chunks: Chunks | undefined
  /** Whether the head that was sent came from the app. */
  #isOurs = false
  #takesTrailers = false

  constructor(response: ServerResponse, circumstances: Circumstances) {
    this.#response = response
    this.#circumstances = circumstances
  }

  get sendsTrailers(): boolean {
    return true
  }

  get isFlushed(): boolean {
    return this.#response.headersSent
  }

  get isGone(): boolean {
    return this.#response.destroyed || this.isTaken
  }

  /** Whether a host or a handler has answered instead of the app, for example after its timeout. */
  get isTaken(): boolean {
    return this.#circumstances.shared === true && !this.#isOurs && this.#response.headersSent
  }

  whole(head: Head, body: Uint8Array, length: number | undefined): void {
    const { hosted } = this.#circumstances
    const isLast = this.#circumstances.endsConnection()
    let fields = length === undefined ? head.headers : withLength(head.headers, length)
    if (isLast) fields = [...fields, ...CLOSE]
    if (hosted) endHosted(this.#response, head.status, fields, body)
    else writeWhole(this.#response, head.status, fields, body)
    this.#isOurs = true
  }

  head({ status, headers, sendsTrailers }: Head): void {
    this.#takesTrailers = sendsTrailers
    this.#writeHead(status, headers)
  }

  part(bytes: Uint8Array): Promise<void> {
    return this.#open().write(bytes)
  }

  end(bytes: Uint8Array, trailers?: HeaderList): void {
    // Clients that did not accept trailers get none.
    if (trailers !== undefined && this.#takesTrailers) this.#response.addTrailers(pairs(trailers))
    this.#open().end(bytes)
  }

  abort(): void {
    cut(this.#response)
  }

  hint(links: readonly string[]): void {
    writeHint(this.#response, links)
  }

  async file(path: string, head: Head): Promise<void> {
    const response = this.#response
    const chunks = new Chunks(response, this.#circumstances.disconnect)
    const start = (length: number): void => {
      const isCounted = head.length === undefined && !head.bodyless
      this.#writeHead(head.status, isCounted ? withLength(head.headers, length) : head.headers)
    }
    const write = async (bytes: Uint8Array): Promise<void> => {
      if (response.destroyed) throw new ClientDisconnected()
      await chunks.write(bytes)
    }
    const isTaken = (): boolean => response.destroyed || response.headersSent
    await sendFile(path, head.length, !head.dropsBody, { isTaken, start, write })
    chunks.end(NO_BYTES)
  }

  #writeHead(status: number, headers: HeaderList): void {
    const { hosted } = this.#circumstances
    const fields = this.#circumstances.endsConnection() ? [...headers, ...CLOSE] : headers
    if (hosted) writeHosted(this.#response, status, fields)
    // Node's types require a mutable list, but Node does not change it.
    else this.#response.writeHead(status, fields as string[])
    this.#isOurs = true
  }

  #open(): Chunks {
    this.#chunks ??= new Chunks(this.#response, this.#circumstances.disconnect)
    return this.#chunks
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
