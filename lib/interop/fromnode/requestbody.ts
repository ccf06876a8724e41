/** The body of a request on its way inside: nothing is asked for before somebody reads. */
import type { IncomingMessage } from 'node:http'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { indexOfName } from '../../http/headers.ts'
import { joinBytes } from '../../internal/bytes.ts'
import { ByteCollector } from '../../internal/collector.ts'
import type { HTTPRequestMessage, HTTPScope, Receive, ReceiveMessage } from '../../types.ts'

/** Who is told what comes in. */
export interface IntakeOwner {
  readonly request: IncomingMessage
  readonly arrived: () => void
  readonly fail: (error: unknown) => void
}

export class Intake {
  readonly #receive: Receive
  readonly #owner: IntakeOwner
  #complete: boolean
  #begun = false
  #dumped = false
  #asked: Promise<ReceiveMessage> | undefined
  #watchful = false
  /**
   * What was read inside and may be wanted by an app behind; undefined when it was too much. Made only
   * where there is one: V8 was seen to take a list here for long-lived, and kept all exchanges with it.
   */
  #kept: ByteCollector | undefined
  /** Whether all was handed to the app behind. */
  #told = false
  #room: number

  /** @param room The most bytes to keep for an app behind. */
  constructor(scope: HTTPScope, receive: Receive, owner: IntakeOwner, room: number) {
    this.#receive = receive
    this.#owner = owner
    this.#room = room
    if (room > 0) this.#kept = new ByteCollector()
    this.#complete = isBodyless(scope)
  }

  /** Whether all has come in, or there is nothing to come. */
  get complete(): boolean {
    return this.#complete
  }

  /** Whether there is none, or somebody has asked for it. */
  get begun(): boolean {
    return this.#begun || this.#complete
  }

  /** Asks for more, on behalf of the stream inside. */
  read(): void {
    const owner = this.#owner
    if (this.#complete) owner.request.push(null)
    else if (this.#asked === undefined) {
      this.#ask().then(
        (message) => this.#take(message),
        (error) => owner.fail(error),
      )
    }
  }

  /** Lets the request end, as Node does with what is unread when the response has ended. */
  dump(): void {
    const { request } = this.#owner
    this.#dumped = true
    if (!request.complete) request.push(null)
    request.complete = true
    request.resume()
  }

  /** Notices the end of the connection, where a message is all that tells of it. */
  watch(): void {
    this.#watchful = true
    if (!this.#complete) return
    const wait = async (): Promise<void> => {
      // Where there is no body, that is told first.
      const message = await this.#receive()
      const { type } = message.type === 'http.request' ? await this.#receive() : message
      if (type === 'http.disconnect') this.#owner.fail(new ClientDisconnected())
    }
    wait().catch(() => {}) // whoever reads is told; this only looks
  }

  /** A `receive` for an app behind, which gets what was read inside once more. */
  readonly receive: Receive = async () => {
    while (this.#asked !== undefined) await this.#asked
    if (this.#kept === undefined) throw consumed()
    const body = joinBytes(this.#kept.take())
    if (body.byteLength > 0 || (this.#complete && !this.#told)) {
      this.#told = this.#complete
      return { type: 'http.request', body, moreBody: !this.#complete }
    }
    const message = await this.#ask()
    if (message.type === 'http.request') this.#told = !message.moreBody
    return message
  }

  #ask(): Promise<ReceiveMessage> {
    this.#begun = true
    const asked = this.#message().finally(() => {
      this.#asked = undefined
    })
    this.#asked = asked
    return asked
  }

  async #message(): Promise<ReceiveMessage> {
    const message = await this.#receive()
    this.#owner.arrived()
    if (message.type !== 'http.request' || message.moreBody) return message
    this.#complete = true
    this.#owner.request.complete = true
    if (this.#watchful) this.watch()
    return message
  }

  #take(message: ReceiveMessage): void {
    if (message.type === 'http.request') this.#hand(message)
    else {
      const isEnd = message.type === 'http.disconnect'
      this.#owner.fail(
        isEnd
          ? new ClientDisconnected()
          : new ProtocolError(`fromNode: ${message.type} is no body`),
      )
    }
  }

  #hand({ body, moreBody }: HTTPRequestMessage): void {
    const { request } = this.#owner
    if (request.destroyed || this.#dumped) return
    this.#keep(body)
    const wantsMore = body.byteLength === 0 || request.push(body)
    if (!moreBody) request.push(null)
    else if (wantsMore) this.read()
  }

  #keep(body: Uint8Array): void {
    this.#room -= body.byteLength
    if (this.#room < 0) this.#kept = undefined
    else this.#kept?.add(body)
  }
}

/** Before HTTP/2, a body has a length or chunks, or there is none (RFC 9112 section 6.3). */
function isBodyless({ httpVersion, headers }: HTTPScope): boolean {
  if (!httpVersion.startsWith('1')) return false
  const length = indexOfName(headers, 'content-length')
  const size = length < 0 ? 0 : Number(headers[length + 1])
  return size === 0 && indexOfName(headers, 'transfer-encoding') < 0
}

function consumed(): TypeError {
  return new TypeError(
    'fromConnect: the body was read by a middleware, and was too large to be kept. Take what it made of it from nodeRequest(request), or give it a place behind the app.',
  )
}
