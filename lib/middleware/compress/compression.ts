/** One response, compressed or not. */

import { joinedField } from '../../http/conditional.ts'
import { withHeaders, withLowerNames } from '../../http/fieldlists.ts'
import { contentLength } from '../../http/headers.ts'
import { NO_BYTES } from '../../internal/bytes.ts'
import { handled } from '../../internal/handled.ts'
import {
  type HeaderList,
  type HTTPResponseBodyMessage,
  type HTTPResponseStartMessage,
  type HTTPScope,
  SENT,
  type Send,
  type SendMessage,
} from '../../types.ts'
import { compressWhole, Encoder, type Encoding } from './encoders.ts'
import {
  encodedHeaders,
  type Plan,
  planFor,
  type Rules,
  revalidatedHeaders,
  variedHeaders,
} from './plan.ts'

/**
 * Delays the start of the response until its first part arrives, as servers do too. The part is needed to
 * decide.
 */
export class Compression {
  readonly #scope: HTTPScope
  readonly #send: Send
  readonly #encoding: Encoding | undefined
  readonly #rules: Rules
  #held: HTTPResponseStartMessage | undefined
  /** How the parts of the body are sent. The parts of a response to HEAD are dropped. */
  #parts: 'pass' | 'drop' | Encoder = 'pass'
  /** The last pending send: messages keep their order even if the app does not await them. */
  #last: Promise<void> = SENT

  constructor(scope: HTTPScope, send: Send, encoding: Encoding | undefined, rules: Rules) {
    this.#scope = scope
    this.#send = send
    this.#encoding = encoding
    this.#rules = rules
  }

  readonly send: Send = (message) => {
    const held = this.#held
    if (message.type === 'http.response.start' && held === undefined) {
      this.#held = withLowerNames(message)
      return SENT
    }
    if (message.type === 'http.response.body' && isValid(message)) {
      return held === undefined ? this.#continue(message) : this.#begin(held, message)
    }
    if (held !== undefined && message.type !== 'http.response.debug') {
      // Early hints come before the body. Another message may carry a body that this cannot compress.
      const isHint = message.type === 'http.response.early_hint'
      this.#beginStream(held, isHint ? this.#encoding : undefined)
    }
    return this.#pass(message)
  }

  /** Frees the encoder of a stream, however the response ended. */
  readonly close = (): void => {
    if (this.#parts instanceof Encoder) this.#parts.destroy()
  }

  #begin(start: HTTPResponseStartMessage, message: HTTPResponseBodyMessage): Promise<void> {
    const { body = NO_BYTES, moreBody = false } = message
    // An app that makes no body for HEAD may still declare its length.
    if (moreBody || (body.byteLength === 0 && this.#scope.method === 'HEAD')) {
      this.#beginStream(start, this.#encoding)
      return this.#continue(message)
    }
    const encoding = this.#encoding
    const facts = { accepts: encoding !== undefined, size: body.byteLength }
    const plan = planFor(start, facts, this.#rules)
    if (plan !== 'encoded' || encoding === undefined) {
      this.#startPlain(start, plan)
      return this.#pass(message)
    }
    this.#held = undefined
    return this.#next(async () => {
      const whole = await compressWhole(body, encoding)
      const headers = encodedHeaders(start.headers, encoding.coding)
      const length = ['content-length', String(whole.byteLength)]
      await this.#send(withHeaders(start, [...headers, ...length]))
      await this.#send({ ...message, body: whole })
    })
  }

  #beginStream(start: HTTPResponseStartMessage, encoding: Encoding | undefined): void {
    const size = contentLength(start.headers) ?? Number.POSITIVE_INFINITY
    const plan = planFor(start, { accepts: encoding !== undefined, size }, this.#rules)
    if (plan !== 'encoded' || encoding === undefined) {
      this.#startPlain(start, plan)
      return
    }
    this.#start(start, encodedHeaders(start.headers, encoding.coding))
    if (this.#scope.method === 'HEAD') this.#drop()
    else this.#encode(encoding)
  }

  #startPlain(start: HTTPResponseStartMessage, plan: Plan): void {
    const { status, headers } = start
    const asked = status === 304 ? joinedField(this.#scope.headers, 'if-none-match') : null
    const tagged = asked === null ? headers : revalidatedHeaders(headers, asked)
    this.#start(start, plan === 'varied' ? variedHeaders(tagged) : headers)
  }

  /**
   * Sends an empty part that is not the last. Otherwise the server would count the bytes of a missing
   * body.
   */
  #drop(): void {
    this.#parts = 'drop'
    this.#last = handled(this.#pass({ type: 'http.response.body', body: NO_BYTES, moreBody: true }))
  }

  #encode(encoding: Encoding): void {
    this.#parts = new Encoder(encoding)
    this.#scope.onDisconnect?.(this.close)
  }

  #continue(message: HTTPResponseBodyMessage): Promise<void> {
    const parts = this.#parts
    if (parts === 'pass') return this.#pass(message)
    if (parts === 'drop') return this.#pass({ ...message, body: NO_BYTES })
    return this.#next(() => this.#sendPart(parts, message))
  }

  async #sendPart(encoder: Encoder, message: HTTPResponseBodyMessage): Promise<void> {
    const { body = NO_BYTES, moreBody = false } = message
    try {
      const part = await (moreBody ? encoder.write(body) : encoder.end(body))
      await this.#send({ ...message, body: part })
      if (moreBody) return
    } catch (error) {
      encoder.destroy()
      throw error
    }
    encoder.destroy()
  }

  #start(start: HTTPResponseStartMessage, headers: HeaderList): void {
    this.#held = undefined
    const sending = this.#pass(headers === start.headers ? start : withHeaders(start, headers))
    this.#last = sending === SENT ? sending : handled(sending) // no promise for what is sent
  }

  #pass(message: SendMessage): Promise<void> {
    return this.#last === SENT ? this.#send(message) : this.#next(() => this.#send(message))
  }

  #next(work: () => Promise<void>): Promise<void> {
    this.#last = handled(this.#last.then(work))
    return this.#last
  }
}

/** Whether the body consists of bytes. The server rejects any other. */
function isValid({ body }: HTTPResponseBodyMessage): boolean {
  return body === undefined || body instanceof Uint8Array
}
