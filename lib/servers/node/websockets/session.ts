/** One websocket: calls the app, and brings the socket to an end whatever it does. */
import { ClientDisconnected } from '../../../exceptions.ts'
import {
  disconnected,
  foreign,
  misplaced,
  type Phase,
  readAccept,
  readClose,
  tooSlow,
  unanswered,
} from '../../../protocol/websocket.ts'
import {
  type App,
  type HeaderList,
  SENT,
  type SendMessage,
  type WebSocketAcceptMessage,
  type WebSocketCloseMessage,
  type WebSocketDenialBodyMessage,
  type WebSocketDenialStartMessage,
  type WebSocketDisconnectMessage,
  type WebSocketScope,
} from '../../../types.ts'
import { Answer, type Handshake } from './answer.ts'
import { Connection, type Terms } from './connection.ts'
import { Inbox } from './inbox.ts'
import type { Peer } from './peer.ts'

/** What a server does with its websockets. */
export interface Host extends Terms {
  readonly app: App
  /** Answers the handshake; undefined when that cannot be done any more. */
  readonly upgrade: (
    handshake: Handshake,
    subprotocol: string | undefined,
    headers: HeaderList,
  ) => Peer | undefined
  /** Leaves a handshake that no route matches to others; false when there are none. */
  readonly leave: ((handshake: Handshake) => boolean) | undefined
  readonly opened: (connection: Connection) => void
  readonly closed: (connection: Connection) => void
  /** Told once, when both the app and the socket are done. */
  readonly ended: (session: Session) => void
  /** Never throws. */
  readonly onError: (error: unknown, scope: WebSocketScope) => void
}

export class Session {
  readonly #host: Host
  readonly #inbox: Inbox
  #scope: WebSocketScope | undefined
  #phase: Phase = 'connecting'
  /** Until it is accepted. */
  #handshake: Handshake | undefined
  #timer: NodeJS.Timeout | undefined
  #unwatch: (() => void) | undefined
  #answer: Answer | undefined
  #connection: Connection | undefined
  /** Whether the app's answer was a response, which was sent to its end. */
  #refused = false
  #appEnded = false
  /** Set when no route of the app matches. */
  unmatched = false
  #listeners: (() => void)[] | undefined

  constructor(host: Host, handshake: Handshake) {
    this.#host = host
    this.#handshake = handshake
    this.#inbox = new Inbox(host.settings)
    this.#awaitAnswer(handshake)
  }

  run(scope: WebSocketScope): void {
    this.#scope = scope
    this.#inbox.put({ type: 'websocket.connect' }, 0)
    let done: Promise<void>
    try {
      // What JavaScript, without types, may return is no promise.
      done = Promise.resolve(
        this.#host.app(
          scope,
          () => this.#inbox.receive(),
          (message) => this.#send(message),
        ),
      )
    } catch (error) {
      // An app that is no async function may throw before it returns a promise.
      done = Promise.reject(error)
    }
    done.then(
      () => this.#end(undefined),
      (error: unknown) => this.#end(error ?? new Error('rejected with nothing')),
    )
  }

  /** Calls a listener once the socket is no more; an error of it would end the process. */
  onDisconnect(listener: () => void): void {
    if (this.#phase !== 'gone') {
      this.#listeners ??= []
      this.#listeners.push(listener)
      return
    }
    try {
      listener()
    } catch (error) {
      this.#report(error)
    }
  }

  /** The server closes: the client may come back, to another one. */
  shutDown(): void {
    if (this.#phase === 'open') {
      this.#connection?.close(1012, '')
      this.lost(disconnected(1012))
    } else if (this.#phase === 'connecting' && !this.#answer?.started) {
      this.#refuse(503)
      this.lost(disconnected(1012))
    }
  }

  /** The connection tells that it is of no use any more. */
  lost(message: WebSocketDisconnectMessage): void {
    if (this.#phase === 'gone') return
    this.#phase = 'gone'
    this.#stopTimer()
    this.#inbox.end(message)
    const listeners = this.#listeners ?? []
    this.#listeners = undefined
    for (const listener of listeners) this.onDisconnect(listener)
  }

  /** The connection tells that it has ended. */
  closed(): void {
    if (this.#connection !== undefined) this.#host.closed(this.#connection)
    this.#release()
  }

  /** Never throws, so that a forgotten `await` cannot end the process. */
  #send(message: SendMessage): Promise<void> {
    try {
      const sent = this.#take(message)
      if (sent !== SENT) sent.catch(() => {})
      return sent
    } catch (error) {
      const failed = Promise.reject(error)
      failed.catch(() => {})
      return failed
    }
  }

  #take(message: SendMessage): Promise<void> {
    switch (message.type) {
      case 'websocket.send':
        if (this.#connection === undefined || this.#phase !== 'open') throw this.#misplaced(message)
        return this.#connection.send(message)
      case 'websocket.close':
        return this.#close(message)
      case 'websocket.accept':
        return this.#accept(message)
      case 'websocket.http.response.start':
      case 'websocket.http.response.body':
        return this.#deny(message)
      default:
        throw foreign(message)
    }
  }

  #accept(message: WebSocketAcceptMessage): Promise<void> {
    const handshake = this.#handshake
    if (handshake === undefined || !this.#isUndecided) throw this.#misplaced(message)
    const { subprotocol, headers } = readAccept(message, this.#scope?.subprotocols ?? [])
    this.#stopTimer()
    this.#unwatch?.()
    this.#unwatch = undefined
    const ws = this.#host.upgrade(handshake, subprotocol, headers)
    if (ws === undefined) {
      this.lost(disconnected(1006))
      throw new ClientDisconnected()
    }
    this.#phase = 'open'
    this.#handshake = undefined
    this.#answer = undefined
    this.#connection = new Connection(ws, handshake.socket, this.#inbox, this.#host, this)
    this.#host.opened(this.#connection)
    return SENT
  }

  #close(message: WebSocketCloseMessage): Promise<void> {
    const { code, reason } = readClose(message)
    if (this.#phase === 'gone') return SENT // as it is to be
    if (this.#phase === 'open') {
      this.#phase = 'closed'
      this.#connection?.close(code, reason)
    } else if (this.#isUndecided) {
      this.#refuse(403)
      this.#phase = 'refused'
      this.#refused = true
      this.#inbox.end(disconnected(1006))
    } else throw this.#misplaced(message)
    return SENT
  }

  #deny(message: WebSocketDenialStartMessage | WebSocketDenialBodyMessage): Promise<void> {
    const handshake = this.#handshake
    if (handshake === undefined || this.#phase !== 'connecting') throw this.#misplaced(message)
    this.#answer ??= new Answer(handshake, this.#scope?.headers ?? [])
    const sent = this.#answer.send(message)
    if (this.#answer.started) {
      this.#stopTimer()
      // What still comes is of no use, but behind it is the news that the client has gone.
      handshake.socket.resume()
    }
    if (this.#answer.settled) {
      this.#phase = 'refused'
      this.#refused = true
      this.#inbox.end(disconnected(1006))
    }
    return sent
  }

  /** Whether the handshake can still be answered in any way. */
  get #isUndecided(): boolean {
    return this.#phase === 'connecting' && !this.#answer?.started
  }

  #misplaced({ type }: SendMessage): Error {
    // A client that left in the middle of the refusal is gone, as from any other response.
    const isLeft = this.#phase === 'gone' && !this.#refused
    return misplaced(type, this.#answer?.started && !isLeft ? 'refused' : this.#phase)
  }

  #awaitAnswer({ socket }: Handshake): void {
    const { handshakeTimeoutMs } = this.#host.settings
    this.#timer = setTimeout(() => {
      this.#report(tooSlow(handshakeTimeoutMs))
      this.#refuse(503)
      this.lost(disconnected(1006))
    }, handshakeTimeoutMs)
    // A client that ends its side would not hear what is said on a websocket, and as a client of
    // HTTP it is gone.
    const onEnd = (): void => {
      if (this.#phase === 'connecting') socket.destroy()
    }
    const onClose = (): void => this.lost(disconnected(1006))
    socket.on('end', onEnd)
    socket.on('close', onClose)
    const unwatch = (): void => {
      socket.off('end', onEnd)
      socket.off('close', onClose)
    }
    this.#unwatch = unwatch
  }

  /** Nothing of it is kept: most sockets are idle, and there may be many. */
  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** By the server's own answer, while nothing of the app's has reached the client. */
  #refuse(status: number): void {
    this.#stopTimer()
    const handshake = this.#handshake
    if (handshake === undefined) return
    // Where no route matches, others may have a use for the connection.
    const isLeft = this.unmatched && this.#answer === undefined && this.#host.leave?.(handshake)
    if (isLeft) this.#unwatch?.()
    else {
      this.#answer ??= new Answer(handshake, this.#scope?.headers ?? [])
      this.#answer.refuse(status)
    }
  }

  #end(error: unknown): void {
    this.#appEnded = true
    if (error !== undefined && !(error instanceof ClientDisconnected)) this.#report(error)
    if (this.#phase === 'connecting') {
      if (error === undefined) this.#report(unanswered(this.#answer?.started ?? false))
      this.#refuse(500)
    } else if (this.#phase === 'open') {
      this.#phase = 'closed'
      this.#connection?.close(error === undefined ? 1000 : 1011, '')
    }
    this.#inbox.discard()
    this.#release()
  }

  #release(): void {
    if (this.#appEnded && this.#connection?.isClosed !== false) this.#host.ended(this)
  }

  #report(error: unknown): void {
    if (this.#scope !== undefined) this.#host.onError(error, this.#scope)
  }
}
