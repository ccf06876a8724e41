/** An open websocket on a connection of Node. */
import type { Socket } from 'node:net'
import { ClientDisconnected } from '../../../exceptions.ts'
import type { Inbox } from '../../../protocol/inbox.ts'
import { disconnectMessage } from '../../../protocol/websocket.ts'
import {
  SENT,
  type WebSocketDisconnectMessage,
  type WebSocketReceivedMessage,
} from '../../../types.ts'
import { faulty } from './faults.ts'
import { binaryFrame, binaryHead, textFrame } from './frames.ts'
import { type Gate, openGate } from './gate.ts'
import type { WebSocketSettings } from './options.ts'
import { Peer, type PeerListener } from './peer.ts'
import { readPlainFrames } from './plain.ts'
import { beforeWrite, beginTurn } from './turns.ts'

/** Binary messages up to this size in bytes are copied to follow their head; larger ones are written without a copy. */
const SMALL = 16_384

/** Is called when a websocket ends. */
interface Owner {
  /** The peer has closed or left. Called first, and perhaps repeatedly. */
  lost(message: WebSocketDisconnectMessage): void
  /** The connection has ended. Called once. */
  closed(): void
}

/** The values that all websockets of a server share. */
export interface Terms {
  readonly settings: WebSocketSettings
  /** Whether undocumented properties of Node and of `ws` may be used; see `plain.ts`. */
  readonly shortcuts: boolean
}

/**
 * `ws` reads frames, except for plain ones; see `plain.ts`. Frames that are not compressed are written here, with one
 * buffer instead of two and without a callback for each frame. An echo takes a third less time.
 */
export class Connection implements PeerListener {
  readonly #ws: Peer
  readonly #socket: Socket
  readonly #inbox: Inbox
  readonly #settings: WebSocketSettings
  readonly #owner: Owner
  readonly #compresses: boolean
  readonly #gate: Gate
  #isClosed = false
  /** See `turns.ts` and `pings.ts`. */
  lastTurn = -1
  askedAt: number = performance.now()
  readWhenAsked = -1

  constructor(
    ws: Peer,
    socket: Socket,
    inbox: Inbox,
    { settings, shortcuts }: Terms,
    owner: Owner,
  ) {
    this.#ws = ws
    this.#socket = socket
    this.#inbox = inbox
    this.#compresses = ws.extensions !== ''
    this.#settings = settings
    this.#owner = owner
    this.#gate = openGate(socket, ws, inbox, settings.maxQueuedBytes)
    inbox.open(this.#gate)
    ws.listen(this)
    if (shortcuts) this.#gate.reader = readPlainFrames(socket, ws, settings.maxMessageSize, this)
  }

  take(message: WebSocketReceivedMessage, size: number): void {
    beginTurn()
    this.#inbox.put(message, size)
    this.#gate.arrived()
  }

  get isFull(): boolean {
    return this.#inbox.paused
  }

  get isHeld(): boolean {
    return !this.#gate.isClear
  }

  /** The peer has violated the protocol. It is sent the reason, see `peer.ts`; 'close' follows when it has answered. */
  failed(error: Error): void {
    this.#gate.stop()
    setImmediate(() => this.#owner.lost(faulty(error, this.#settings.maxMessageSize)))
  }

  left(code: number, reason: string): void {
    this.#owner.lost(disconnectMessage(code, reason))
  }

  closed(code: number, reason: string): void {
    this.#isClosed = true
    this.#owner.lost(disconnectMessage(code, reason))
    this.#owner.closed()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** The number of bytes that the peer has sent. */
  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  /** Whether the connection is not read at the moment. */
  get isPaused(): boolean {
    return this.#gate.isPaused
  }

  /**
   * Sends a text message. Resolves immediately while few bytes are buffered, otherwise when this message has been
   * written.
   *
   * @throws ClientDisconnected if the peer has closed the websocket or has left.
   */
  text(text: string): Promise<void> {
    if (this.#ws.readyState !== Peer.OPEN) throw new ClientDisconnected()
    if (this.#compresses) return this.#compress(text)
    beforeWrite(this.#socket, this)
    return this.#write(textFrame(text))
  }

  /** Sends a binary message, like `text()`. */
  bytes(bytes: Uint8Array): Promise<void> {
    if (this.#ws.readyState !== Peer.OPEN) throw new ClientDisconnected()
    if (this.#compresses) return this.#compress(bytes)
    const socket = this.#socket
    beforeWrite(socket, this)
    if (bytes.byteLength <= SMALL) return this.#write(binaryFrame(bytes))
    socket.write(binaryHead(bytes.byteLength))
    // The bytes are not copied: the sender waits, and may reuse them afterwards.
    return whenWritten((callback) => socket.write(bytes, callback))
  }

  #write(frame: Uint8Array): Promise<void> {
    const socket = this.#socket
    if (socket.writableLength >= this.#settings.maxBufferedBytes) {
      return whenWritten((callback) => socket.write(frame, callback))
    }
    socket.write(frame)
    return SENT
  }

  /** Sends a message after those that `ws` is still compressing. */
  #compress(data: string | Uint8Array): Promise<void> {
    const ws = this.#ws
    if (typeof data === 'string' && ws.bufferedAmount < this.#settings.maxBufferedBytes) {
      ws.send(data)
      return SENT
    }
    return whenWritten((callback) => ws.send(data, callback))
  }

  /** Sends a close frame, and waits up to `closeTimeoutMs` for the peer's. */
  close(code: number, reason: string): void {
    this.#ws.closeNow(code, reason)
  }

  ping(): void {
    this.#ws.ping()
  }

  /** Ends the connection immediately. */
  terminate(): void {
    this.#ws.terminate()
  }
}

function whenWritten(write: (callback: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    write((error) => {
      if (error) reject(new ClientDisconnected())
      else resolve()
    })
  })
}
