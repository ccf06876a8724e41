/** One websocket: calls the app, and brings the socket to an end whatever it does. */
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { Responder } from '../../protocol/response.ts'
import {
  disconnected,
  foreign,
  misplaced,
  type Phase,
  readAccept,
  readClose,
  unanswered,
} from '../../protocol/websocket.ts'
import {
  type HTTPScope,
  SENT,
  type SendMessage,
  type WebSocketAcceptMessage,
  type WebSocketCloseMessage,
  type WebSocketScope,
  type WebSocketSentMessage,
} from '../../types.ts'
import type { SocketService } from './handshake.ts'
import { Inbox } from './inbox.ts'
import { refusal } from './refusal.ts'
import type { Open } from './scope.ts'
import type { RuntimeSocket, SocketEvents } from './sockets.ts'
import { FetchWire } from './wire.ts'

/** How many bytes may wait for the client before `send` waits. */
const MOST_BUFFERED = 65_536

/** How many bytes may wait for the app; no runtime lets its client wait, so the socket is closed. */
const MOST_WAITING = 8_388_608

/** How often a runtime that does not tell is asked whether there is room again. */
const LOOK_MS = 10

export class Session implements Open {
  readonly kind = 'websocket'
  readonly #service: SocketService
  readonly #scope: WebSocketScope
  readonly #request: globalThis.Request
  readonly #info: unknown
  readonly #inbox = new Inbox()
  readonly #denialWire: FetchWire
  readonly #denial: Responder
  #phase: Phase = 'connecting'
  #socket: RuntimeSocket | undefined
  /** What was sent before the runtime had opened the socket. */
  #early: ((socket: RuntimeSocket) => void)[] = []
  readonly #listeners: (() => void)[] = []
  #blocked: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined
  #resolve: (response: globalThis.Response) => void = () => {}

  constructor(
    service: SocketService,
    scope: WebSocketScope,
    request: globalThis.Request,
    info: unknown,
  ) {
    this.#service = service
    this.#scope = scope
    this.#request = request
    this.#info = info
    const asHTTP: HTTPScope = { ...scope, type: 'http', method: 'GET' }
    this.#denialWire = new FetchWire({
      deliver: (response) => this.#resolve(response),
      leave: () => this.#lose(1006, ''),
      end: () => {
        this.#phase = 'refused'
        this.#lose(1006, '')
      },
    })
    this.#denial = new Responder(asHTTP, this.#denialWire)
  }

  /** Gives the answer to the handshake. */
  run(): Promise<globalThis.Response> {
    const answer = new Promise<globalThis.Response>((resolve) => {
      this.#resolve = resolve
    })
    const onDisconnect = (listener: () => void): void => this.#listen(listener)
    this.#scope.onDisconnect = onDisconnect
    this.#inbox.put({ type: 'websocket.connect' }, 0)
    this.#service.begin(this)
    let done: Promise<void>
    try {
      const receive = () => this.#inbox.receive()
      // What JavaScript, without types, may return is no promise.
      done = Promise.resolve(
        this.#service.app(this.#scope, receive, (message) => this.#send(message)),
      )
    } catch (error) {
      done = Promise.reject(error)
    }
    done.then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(error ?? new Error('rejected with nothing')),
    )
    return answer
  }

  /** The socket stays until `cut`. */
  drain(): void {}

  /** The client may come back, to another server. */
  cut(): void {
    if (this.#phase === 'open') this.#finish(1012, '')
    else if (this.#phase === 'connecting' && !this.#denialWire.isFlushed) this.#refuse(503)
    this.#lose(1012, '')
  }

  readonly #events: SocketEvents = {
    open: (socket) => {
      this.#socket = socket
      for (const each of this.#early.splice(0)) each(socket)
    },
    message: (data) => this.#take(data),
    drain: () => this.#unblock(),
    close: (code, reason) => this.#lose(code, reason),
  }

  /** Never throws, so that a forgotten `await` cannot end the process. */
  #send(message: SendMessage): Promise<void> {
    try {
      return this.#accept(message)
    } catch (error) {
      const refused = Promise.reject(error)
      refused.catch(() => {})
      return refused
    }
  }

  #accept(message: SendMessage): Promise<void> {
    switch (message.type) {
      case 'websocket.accept':
        return this.#open(message)
      case 'websocket.send':
        return this.#transmit(message)
      case 'websocket.close':
        return this.#close(message)
      case 'websocket.http.response.start':
        if (this.#phase !== 'connecting') throw this.#misplaced(message)
        return this.#denial.send({ ...message, type: 'http.response.start' })
      case 'websocket.http.response.body':
        if (this.#phase !== 'connecting') throw this.#misplaced(message)
        return this.#denial.send({ ...message, type: 'http.response.body' })
      default:
        throw foreign(message)
    }
  }

  #open(message: WebSocketAcceptMessage): Promise<void> {
    if (this.#phase !== 'connecting') throw this.#misplaced(message)
    const acceptance = readAccept(message, this.#scope.subprotocols)
    const answer = this.#service.upgrade(this.#request, acceptance, this.#events, this.#info)
    this.#phase = 'open'
    this.#resolve(answer)
    return SENT
  }

  #transmit(message: WebSocketSentMessage): Promise<void> {
    if (this.#phase !== 'open') throw this.#misplaced(message)
    const data = message.text ?? message.bytes
    if (data === undefined || (message.text !== undefined && message.bytes !== undefined)) {
      throw new ProtocolError(
        `${message.type}: it must have either text or bytes. Send two messages.`,
      )
    }
    this.#with((socket) => socket.send(data))
    const isFull = this.#socket !== undefined && this.#socket.buffered() > MOST_BUFFERED
    return isFull ? this.#room() : SENT
  }

  #close(message: WebSocketCloseMessage): Promise<void> {
    const { code, reason } = readClose(message)
    if (this.#phase === 'gone') return SENT // as it is to be
    if (this.#phase === 'connecting') this.#refuse(403)
    else if (this.#phase === 'open') this.#finish(code, reason)
    else throw this.#misplaced(message)
    return SENT
  }

  #take(data: string | Uint8Array): void {
    if (this.#phase !== 'open') return
    const size = data.length
    if (size > this.#service.maxMessageSize) {
      this.#finish(1009, `messages may have ${this.#service.maxMessageSize} bytes`)
    } else if (this.#inbox.size + size > MOST_WAITING) {
      this.#finish(1008, 'too many messages are waiting')
    } else {
      const content = typeof data === 'string' ? { text: data } : { bytes: data }
      this.#inbox.put({ type: 'websocket.receive', ...content }, size)
    }
  }

  #lose(code: number, reason: string): void {
    if (this.#phase !== 'refused') this.#phase = 'gone'
    this.#inbox.end(disconnected(code, reason))
    this.#unblock()
    for (const listener of this.#listeners.splice(0)) this.#call(listener)
  }

  #listen(listener: () => void): void {
    if (this.#inbox.ended) this.#call(listener)
    else this.#listeners.push(listener)
  }

  /** For the app's own listeners: an error would reach the runtime. */
  #call(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.#service.onError(error, this.#scope)
    }
  }

  #refuse(status: number): void {
    this.#phase = 'refused'
    this.#resolve(refusal(status))
    this.#lose(1006, '')
  }

  #finish(code: number, reason: string): void {
    this.#phase = 'closed'
    this.#with((socket) => socket.close(code, reason))
  }

  /** Now, or as soon as the runtime has opened it. */
  #with(act: (socket: RuntimeSocket) => void): void {
    if (this.#socket === undefined) this.#early.push(act)
    else act(this.#socket)
  }

  #room(): Promise<void> {
    if (this.#blocked === undefined) {
      let resolve = (): void => {}
      const promise = new Promise<void>((settle) => {
        resolve = settle
      })
      this.#blocked = { promise, resolve }
      this.#look()
    }
    return this.#blocked.promise
  }

  #look(): void {
    setTimeout(() => {
      if (this.#blocked === undefined) return
      if ((this.#socket?.buffered() ?? 0) > MOST_BUFFERED) this.#look()
      else this.#unblock()
    }, LOOK_MS)
  }

  #unblock(): void {
    this.#blocked?.resolve()
    this.#blocked = undefined
  }

  #end(error: unknown): void {
    this.#service.end(this)
    if (error !== undefined && !(error instanceof ClientDisconnected)) {
      this.#service.onError(error, this.#scope)
    }
    if (this.#phase === 'connecting') {
      const fault = error ?? unanswered(this.#denialWire.isFlushed)
      if (error === undefined) this.#service.onError(fault, this.#scope)
      if (this.#denialWire.isFlushed) this.#denial.abort(fault)
      else this.#refuse(500)
    } else if (this.#phase === 'open') this.#finish(error === undefined ? 1000 : 1011, '')
  }

  #misplaced({ type }: SendMessage): Error {
    return misplaced(type, this.#phase)
  }
}
