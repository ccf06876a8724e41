/** One websocket of a runtime: connects the state machine to the runtime's websocket. */
import { bringWebSockets } from '#websocket'
import { ClientDisconnected } from '../../exceptions.ts'
import { encodeText } from '../../internal/bytes.ts'
import { NO_LIMITS } from '../../protocol/inbox.ts'
import type { Wire } from '../../protocol/response.ts'
import { SocketProtocol, type SocketWire } from '../../protocol/socket.ts'
import { type Acceptance, disconnectMessage } from '../../protocol/websocket.ts'
import { SENT, type WebSocketScope } from '../../types.ts'
import { asksForWebSocket, type SocketService, subprotocolsOf } from './handshake.ts'
import { refusal } from './refusal.ts'
import { buildWebSocketScope, type Open, type WebSockets } from './scope.ts'
import type { RuntimeSocket, SocketEvents, Upgrade } from './sockets.ts'
import { FetchWire } from './wire.ts'

/** The maximum number of buffered bytes before `send` waits. */
const MOST_BUFFERED = 65_536

/**
 * The maximum number of bytes that wait for the app. Runtimes cannot pause a client, so the websocket is
 * closed.
 */
const MOST_WAITING = 8_388_608

/** The memory of a message without its content, in bytes. */
const OVERHEAD = 64

/** The interval for polling a runtime without a drain event, in milliseconds. */
const LOOK_MS = 10

/**
 * Serves websockets with the `upgrade` function of a runtime:
 * `toFetch(app, { upgrade: webSockets(upgrade) })`.
 *
 * Bundles without it contain no websocket code. The servers of `servers/bun` and `servers/deno`, and
 * `toWorker`, use it themselves.
 */
export function webSockets(upgrade: Upgrade): WebSockets {
  bringWebSockets()
  return {
    answer: (service, read) => {
      const { request, headers, args } = read
      if (!asksForWebSocket(request.method, headers)) return undefined
      const scope = buildWebSocketScope(service, read, subprotocolsOf(headers))
      return new Session({ ...service, upgrade }, scope, request, args[0]).run()
    },
  }
}

export class Session implements Open, SocketWire {
  readonly kind = 'websocket'
  readonly #service: SocketService
  readonly #scope: WebSocketScope
  readonly #request: globalThis.Request
  readonly #info: unknown
  readonly #protocol = new SocketProtocol(this, NO_LIMITS)
  #socket: RuntimeSocket | undefined
  /** The actions before the runtime has opened the websocket. */
  #early: ((socket: RuntimeSocket) => void)[] = []
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
  }

  /** Resolves with the response to the handshake. */
  run(): Promise<globalThis.Response> {
    const answer = new Promise<globalThis.Response>((resolve) => {
      this.#resolve = resolve
    })
    const onDisconnect = (listener: () => void): void => this.#protocol.onDisconnect(listener)
    this.#scope.onDisconnect = onDisconnect
    this.#service.begin(this)
    const { signal } = this.#request
    if (signal.aborted) this.#onAbort()
    else signal.addEventListener('abort', this.#onAbort)
    this.#protocol.run(this.#service.app, this.#scope)
    return answer
  }

  /** Does nothing: the websocket stays open until `cut`. */
  drain(): void {}

  /** Closes the websocket with 1012, because the server closes. The client may reconnect to another server. */
  cut(): void {
    this.#abort(1012, '')
    this.#lose(1012, '')
  }

  accept(acceptance: Acceptance): boolean {
    // Deno aborts it after each response.
    this.#request.signal.removeEventListener('abort', this.#onAbort)
    try {
      this.#resolve(this.#service.upgrade(this.#request, acceptance, this.#events, this.#info))
      return true
    } catch (error) {
      if (!(error instanceof ClientDisconnected)) throw error
      this.#resolve(refusal(400))
      return false
    }
  }

  deny(status: number): void {
    this.#resolve(refusal(status))
  }

  response(): Wire {
    return new FetchWire({
      deliver: (response) => this.#resolve(response),
      leave: () => this.#lose(1006, ''),
      end: () => {},
    })
  }

  text(text: string): Promise<void> {
    return this.#transmit(text)
  }

  bytes(bytes: Uint8Array): Promise<void> {
    return this.#transmit(bytes)
  }

  close(code: number, reason: string): void {
    this.#with((socket) => socket.close(code, reason))
  }

  failed(error: unknown): void {
    this.#service.onError(error, this.#scope)
  }

  ended(): void {
    this.#resolve(refusal(499)) // if the client has left before an answer
    this.#service.end(this)
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

  /** The client has left before the handshake was answered. */
  readonly #onAbort = (): void => this.#lose(1006, '')

  #transmit(data: string | Uint8Array): Promise<void> {
    this.#with((socket) => socket.send(data))
    const isFull = this.#socket !== undefined && this.#socket.buffered() > MOST_BUFFERED
    return isFull ? this.#room() : SENT
  }

  #take(data: string | Uint8Array): void {
    const { phase, inbox } = this.#protocol
    if (phase !== 'open' && phase !== 'closing') return
    const { maxMessageSize } = this.#service
    let size = data.length
    // A UTF-16 code unit has up to three bytes in UTF-8. Most texts need not be counted.
    if (typeof data === 'string' && size * 3 > maxMessageSize) size = encodeText(data).length
    if (size > maxMessageSize) {
      this.#abort(1009, `messages may have ${maxMessageSize} bytes`)
    } else if (inbox.size + size > MOST_WAITING) {
      this.#abort(1008, 'too many messages are waiting')
    } else {
      const content = typeof data === 'string' ? { text: data } : { bytes: data }
      inbox.put({ type: 'websocket.receive', ...content }, size + OVERHEAD)
    }
  }

  #abort(code: number, reason: string): void {
    this.#protocol.abort(code, reason)
    this.#unblock()
  }

  #lose(code: number, reason: string): void {
    this.#protocol.lost(disconnectMessage(code, reason))
    this.#unblock()
  }

  /** Calls the function now, or when the runtime has opened the websocket. */
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
}
