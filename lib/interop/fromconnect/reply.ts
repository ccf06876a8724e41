/** Writes the response of an app through the response of a middleware. */
import type { ServerResponse } from 'node:http'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { lowerName } from '../../http/fieldlists.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import {
  type HeaderList,
  type HTTPResponseBodyMessage,
  type HTTPResponseStartMessage,
  type HTTPResponseTrailersMessage,
  SENT,
  type Send,
  type SendMessage,
} from '../../types.ts'

/** Fields that both sides add to; for other fields, the value of the app is used. */
const ADDED_TO = new Set(['set-cookie', 'vary'])

/** The response that the reply writes to. */
interface ReplyTo {
  readonly response: ServerResponse
  /** Whether trailers follow the body. */
  announced: boolean
}

/**
 * Calls the public methods `setHeader`, `write` and `end`, because a middleware may have replaced them.
 */
export class Reply {
  readonly #exchange: ReplyTo
  readonly #send: Send
  #phase: 'before start' | 'body' | 'trailers' | 'complete' = 'before start'
  #room: Promise<void> | undefined
  #makeRoom: () => void = () => {}
  #listens = false

  constructor(exchange: ReplyTo, send: Send) {
    this.#exchange = exchange
    this.#send = send
  }

  /** @throws ProtocolError if the app has not completed its response. */
  assertComplete(): void {
    const { response } = this.#exchange
    if (this.#phase === 'complete' || response.writableEnded || response.destroyed) return
    throw new ProtocolError(
      'fromConnect: the app behind the middleware ended before its response was complete. Is an await or a return missing?',
    )
  }

  readonly send: Send = async (message) => {
    const { response } = this.#exchange
    if (response.destroyed && !response.writableFinished) throw new ClientDisconnected()
    // The middleware has answered, or the response is complete.
    if (response.writableEnded) return
    await this.#take(message)
  }

  #take(message: SendMessage): Promise<void> | void {
    switch (message.type) {
      case 'http.response.start':
        return this.#start(message)
      case 'http.response.body':
        return this.#body(message)
      case 'http.response.trailers':
        return this.#trailers(message)
      case 'http.response.early_hint':
        this.#assert('body', message)
        if (!this.#exchange.response.headersSent) {
          this.#exchange.response.writeEarlyHints({ link: [...message.links] })
        }
        return undefined
      default:
        return this.#send(message) // not a part of the response
    }
  }

  #start(message: HTTPResponseStartMessage): void {
    this.#assert('before start', message)
    const { response } = this.#exchange
    this.#phase = 'body'
    this.#exchange.announced = message.trailers ?? false
    response.statusCode = message.status
    for (const [name, values] of byName(message.headers)) {
      const before = ADDED_TO.has(name) ? valuesOf(response, name) : []
      const all = [...before, ...values]
      // A single value is set as text because Node does not recognise a Content-Length in a list.
      response.setHeader(name, all.length === 1 ? (all[0] ?? '') : all)
    }
  }

  #body(message: HTTPResponseBodyMessage): Promise<void> {
    this.#assert('body', message)
    const { body = NO_BYTES, moreBody = false } = message
    const { response, announced } = this.#exchange
    if (!moreBody && !announced) {
      this.#phase = 'complete'
      if (body.byteLength > 0) response.end(body)
      else response.end()
      return SENT
    }
    if (!moreBody) this.#phase = 'trailers'
    return this.#write(body)
  }

  #write(body: Uint8Array): Promise<void> {
    const { response } = this.#exchange
    if (body.byteLength === 0) {
      response.flushHeaders()
      return SENT
    }
    // It is copied because the app may reuse its buffer, and a replaced `write` may not report when it is
    // done.
    const hasRoom = response.write(Buffer.from(body))
    if ('flush' in response && typeof response.flush === 'function') response.flush()
    if (hasRoom) return SENT
    this.#listen(response)
    this.#room ??= new Promise((resolve) => {
      this.#makeRoom = resolve
    })
    return this.#room
  }

  #listen(response: ServerResponse): void {
    if (this.#listens) return
    this.#listens = true
    const proceed = (): void => {
      this.#room = undefined
      this.#makeRoom()
    }
    response.on('drain', proceed)
    response.on('close', proceed)
  }

  #trailers(message: HTTPResponseTrailersMessage): void {
    this.#assert('trailers', message)
    const { response } = this.#exchange
    for (const [name, values] of byName(message.headers)) this.#fields.set(name, values)
    if (message.moreTrailers) return
    this.#phase = 'complete'
    response.addTrailers([...this.#fields].flatMap(pairsOf))
    response.end()
  }

  readonly #fields = new Map<string, string[]>()

  #assert(phase: string, { type }: SendMessage): void {
    if (this.#phase === phase) return
    throw new ProtocolError(`${type}: out of place in a response that is ${this.#phase}.`)
  }
}

function pairsOf([name, values]: [string, string[]]): [string, string][] {
  return values.map((value) => [name, value])
}

function byName(list: HeaderList): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  for (let index = 0; index < list.length; index += 2) {
    const name = lowerName(list[index] ?? '')
    const values = fields.get(name) ?? []
    values.push(list[index + 1] ?? '')
    fields.set(name, values)
  }
  return fields
}

function valuesOf(response: ServerResponse, name: string): string[] {
  const value = response.getHeader(name)
  if (value === undefined) return []
  return Array.isArray(value) ? value.map(String) : [String(value)]
}
