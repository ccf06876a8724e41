/** Pushes the body into a handler's request. Nothing is received before the handler reads. */
import type { IncomingMessage } from 'node:http'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { indexOfName } from '../../http/headers.ts'
import { ByteCollector, joinBytes } from '../../internal/bytes.ts'
import type { HTTPRequestMessage, HTTPScope, Receive, ReceiveMessage } from '../../types.ts'

/** Notified about the incoming body. */
interface RequestBodyOwner {
  readonly request: IncomingMessage
  readonly arrived: () => void
  readonly fail: (error: unknown) => void
}

export class RequestBody {
  readonly #receive: Receive
  readonly #owner: RequestBodyOwner
  #complete: boolean
  #begun = false
  #dumped = false
  #receiving: Promise<ReceiveMessage> | undefined
  #watchful = false
  /**
   * The bytes that the handler has read and the app behind it may need; undefined if they were too many. It
   * is created only for a middleware: V8 considered a list here long-lived, and kept all exchanges with it.
   */
  #kept: ByteCollector | undefined
  /** Whether the whole body was passed to the app behind. */
  #told = false
  #room: number

  /** @param room The maximum number of bytes to keep for the app behind the handler. */
  constructor(scope: HTTPScope, receive: Receive, owner: RequestBodyOwner, room: number) {
    this.#receive = receive
    this.#owner = owner
    this.#room = room
    if (room > 0) this.#kept = new ByteCollector()
    this.#complete = isBodyless(scope)
  }

  /** Whether everything has arrived, or there is no body. */
  get complete(): boolean {
    return this.#complete
  }

  /** Whether there is no body, or reading has started. */
  get begun(): boolean {
    return this.#begun || this.#complete
  }

  /** Receives more when the stream needs it. */
  read(): void {
    const owner = this.#owner
    if (this.#complete) owner.request.push(null)
    else if (this.#receiving === undefined) {
      this.#ask().then(
        (message) => this.#take(message),
        (error) => owner.fail(error),
      )
    }
  }

  /** Ends the request, as Node does with an unread body after the response. */
  dump(): void {
    const { request } = this.#owner
    this.#dumped = true
    if (!request.complete) request.push(null)
    request.complete = true
    request.resume()
  }

  /** Watches for a disconnect, if only a message reports it. */
  watch(): void {
    this.#watchful = true
    if (!this.#complete) return
    const wait = async (): Promise<void> => {
      // Without a body, its end arrives first.
      const message = await this.#receive()
      const { type } = message.type === 'http.request' ? await this.#receive() : message
      if (type === 'http.disconnect') this.#owner.fail(new ClientDisconnected())
    }
    wait().catch(() => {}) // reported to the reader; this only watches
  }

  /** A `receive` for the app behind, which replays the bytes that the handler has read. */
  readonly receive: Receive = async () => {
    while (this.#receiving !== undefined) await this.#receiving
    if (this.#kept === undefined) throw bodyConsumed()
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
    const receiving = this.#message().finally(() => {
      this.#receiving = undefined
    })
    this.#receiving = receiving
    return receiving
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
          : new ProtocolError(`fromNode: ${message.type} is not a body message`),
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

/** Before HTTP/2, a request without a length and chunks has no body (RFC 9112 section 6.3). */
function isBodyless({ httpVersion, headers }: HTTPScope): boolean {
  if (!httpVersion.startsWith('1')) return false
  const length = indexOfName(headers, 'content-length')
  const size = length < 0 ? 0 : Number(headers[length + 1])
  return size === 0 && indexOfName(headers, 'transfer-encoding') < 0
}

function bodyConsumed(): TypeError {
  return new TypeError(
    'fromConnect: a middleware read the body, which was too large to be kept. Take its result from nodeRequest(request), or move the middleware behind the app.',
  )
}
