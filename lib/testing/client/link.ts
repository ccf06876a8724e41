/** One websocket to an app in this process: its handshake, its messages both ways, its end. */

import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { Headers } from '../../http/headers.ts'
import { encodeText, joinBytes, NO_BYTES } from '../../internal/bytes.ts'
import { freezeLists, freezeMessage } from '../../types/frozen.ts'
import {
  type App,
  type HeaderList,
  type Receive,
  type ReceiveMessage,
  SENT,
  type Send,
  type SendMessage,
  type WebSocketAcceptMessage,
  type WebSocketDenialStartMessage,
  type WebSocketScope,
} from '../../types.ts'
import { type WebSocketData, WebSocketDisconnect } from '../../websockets.ts'
import { LintError } from '../lint.ts'
import { Mailbox } from './mailbox.ts'

/** How a websocket was closed, by either side. */
export interface Closed {
  readonly code: number
  readonly reason: string
}

/**
 * The app did not accept the websocket.
 *
 * @example
 * await using client = await testClient(app)
 * const denied = await client.websocket('/nowhere').catch((error) => error)
 * if (denied instanceof WebSocketDenied) console.assert(denied.response.status === 403)
 */
export class WebSocketDenied extends Error {
  /** What the client gets in place of the handshake's answer: 403, or a response of the app's own. */
  readonly response: globalThis.Response
  /** What the app closed with, which no client gets to see; undefined when it sent a response. */
  readonly close: Closed | undefined

  constructor(response: globalThis.Response, close?: Closed) {
    const said = close === undefined ? '' : ` (closed with ${close.code} ${close.reason})`
    super(
      `testClient: the app refused the websocket, by ${response.status}${said.replace(' )', ')')}.`,
    )
    this.name = 'WebSocketDenied'
    this.response = response
    this.close = close
  }
}

export interface LinkOptions {
  readonly app: App
  readonly scope: Omit<WebSocketScope, 'onDisconnect'>
  readonly raiseServerExceptions: boolean
}

/** Calls the app, and is its server. */
export class Link {
  /** Settles with the handshake: rejects with WebSocketDenied, or with what the app throws. */
  readonly answer: Promise<WebSocketAcceptMessage>
  /** Resolves when either side has closed the open socket. */
  readonly closed: Promise<Closed>
  /** Resolves when the app is done, well or not. */
  readonly done: Promise<void>
  /** What the app has sent. */
  readonly outbound: Mailbox<WebSocketData> = new Mailbox()
  /** What the app receives. */
  readonly inbound: Mailbox<ReceiveMessage> = new Mailbox()
  /** What the app threw after the handshake. */
  error: { readonly thrown: unknown } | undefined
  readonly #options: LinkOptions
  readonly #listeners: (() => void)[] = []
  #state: 'connecting' | 'denied' | 'open' | 'closed' | 'gone' = 'connecting'
  #denial: WebSocketDenialStartMessage | undefined
  readonly #parts: Uint8Array[] = []
  #denied: WebSocketDenied | undefined
  #accept: (message: WebSocketAcceptMessage) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #tellClosed: (closed: Closed) => void = () => {}

  constructor(options: LinkOptions) {
    this.#options = options
    this.answer = new Promise((resolve, reject) => {
      this.#accept = resolve
      this.#reject = reject
    })
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve
    })
    this.inbound.put(freezeMessage({ type: 'websocket.connect' }), 0)
    this.done = this.#run()
  }

  /** The client closes, or goes away. */
  leave(code: number, reason: string): void {
    const isOver = this.#state === 'closed' || this.#state === 'gone' || this.#state === 'denied'
    if (isOver) return
    this.#state = 'gone'
    this.#end({ code, reason }, reason, () => new ClientDisconnected())
  }

  async #run(): Promise<void> {
    const { app, scope } = this.#options
    const connection: WebSocketScope = { ...scope, onDisconnect: (told) => this.#listen(told) }
    freezeLists(connection)
    try {
      await app(connection, this.#receive, this.#send)
      if (this.#state !== 'connecting') this.#finish(undefined)
      else {
        throw new ProtocolError(
          'testClient: the app ended without an answer to the handshake. Is an await or a return missing?',
        )
      }
    } catch (thrown) {
      const isLeaving = thrown instanceof ClientDisconnected && this.#state !== 'connecting'
      this.#finish(isLeaving ? undefined : { thrown })
    }
  }

  #finish(error: Link['error']): void {
    const raises = error?.thrown instanceof LintError || this.#options.raiseServerExceptions
    const isOpen = this.#state === 'open'
    if (error !== undefined && raises) {
      this.#reject(error.thrown) // where the handshake is what is waited for
      this.error = error
    } else if (!isOpen) this.#reject(this.#denied ?? denied(500, [], FAILED))
    if (!isOpen) return
    this.#state = 'closed'
    this.#end({ code: error === undefined ? 1000 : 1011, reason: '' }, '', afterClose)
  }

  readonly #receive: Receive = () => this.inbound.take()

  readonly #send: Send = (message) => {
    try {
      const sent = this.#take(message)
      if (sent !== SENT) sent.catch(() => {}) // a forgotten await must not end the process
      return sent
    } catch (error) {
      const refused = Promise.reject(error)
      refused.catch(() => {})
      return refused
    }
  }

  #take(message: SendMessage): Promise<void> {
    freezeMessage(message)
    if (this.#state === 'gone') throw new ClientDisconnected()
    if (this.#state === 'connecting') this.#handshake(message)
    else if (this.#state !== 'open') throw afterClose()
    else if (message.type === 'websocket.send') return this.#carry(message.text ?? message.bytes)
    else if (message.type === 'websocket.close') {
      this.#state = 'closed'
      this.#end({ code: message.code ?? 1000, reason: message.reason ?? '' }, '', afterClose)
    } else throw misplaced(message)
    return SENT
  }

  #handshake(message: SendMessage): void {
    if (message.type === 'websocket.accept' && this.#denial === undefined) {
      this.#state = 'open'
      this.#accept({ ...message, headers: checked(message.headers ?? []) })
    } else if (message.type === 'websocket.close' && this.#denial === undefined) {
      const { code = 1000, reason = '' } = message
      this.#deny(denied(403, [], '', { code, reason }))
    } else if (message.type === 'websocket.http.response.start' && this.#denial === undefined) {
      this.#denial = { ...message, headers: checked(message.headers) }
    } else if (message.type === 'websocket.http.response.body' && this.#denial !== undefined) {
      this.#parts.push(new Uint8Array(message.body ?? NO_BYTES))
      if (message.moreBody) return
      const { status, headers } = this.#denial
      this.#deny(denied(status, headers, joinBytes(this.#parts)))
    } else throw misplaced(message)
  }

  /** Told when the app is done, so that its work in the background belongs to the test too. */
  #deny(error: WebSocketDenied): void {
    this.#state = 'denied'
    this.#denied = error
    this.#end({ code: 1006, reason: '' }, '', afterClose)
  }

  #carry(data: WebSocketData = ''): Promise<void> {
    if (typeof data === 'string') return this.outbound.put(data, encodeText(data).byteLength)
    return this.outbound.put(new Uint8Array(data), data.byteLength)
  }

  /** @param echo The reason that the app hears of, which is the client's. */
  #end(closed: Closed, echo: string, refusal: () => Error): void {
    const { code, reason } = closed
    const last: ReceiveMessage = { type: 'websocket.disconnect', code, reason: echo }
    const disconnect = (): Error => new WebSocketDisconnect(code, reason)
    this.inbound.end({ take: () => freezeMessage(last), refusal: disconnect })
    this.outbound.end({ take: () => this.#throwLast(disconnect()), refusal })
    this.#tellClosed(closed)
    for (const listener of this.#listeners.splice(0)) listener()
  }

  /** What the app has thrown comes before the news that the socket is closed. */
  #throwLast(disconnect: Error): never {
    const { error } = this
    this.error = undefined
    throw error === undefined ? disconnect : error.thrown
  }

  #listen(listener: () => void): void {
    if (this.#state === 'connecting' || this.#state === 'open') this.#listeners.push(listener)
    else listener()
  }
}

const FAILED = 'Internal Server Error'

function denied(
  status: number,
  headers: readonly string[],
  body: string | Uint8Array,
  close?: Closed,
): WebSocketDenied {
  const content = body.length === 0 || [204, 205, 304].includes(status) ? null : body
  const pairs = new Headers([...headers])
  const response = new globalThis.Response(content as BodyInit | null, {
    status,
    headers: [...pairs],
  })
  if (!pairs.has('content-type')) response.headers.delete('content-type')
  return new WebSocketDenied(response, close)
}

/** Checked and copied: what is wrong must show in the test, not on the wire. */
function checked(headers: HeaderList): HeaderList {
  return Headers.from(new Headers(headers)).list
}

function misplaced({ type }: SendMessage): ProtocolError {
  return new ProtocolError(`testClient: ${type} has no place at this point of a websocket.`)
}

function afterClose(): ProtocolError {
  return new ProtocolError('testClient: a message was sent after the app had closed the websocket.')
}
