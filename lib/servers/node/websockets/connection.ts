/** An open socket: what comes in, what goes out, and how it ends. */
import type { Socket } from 'node:net'
import { ClientDisconnected, ProtocolError } from '../../../exceptions.ts'
import { disconnected } from '../../../protocol/websocket.ts'
import {
  SENT,
  type WebSocketDisconnectMessage,
  type WebSocketReceivedMessage,
  type WebSocketSentMessage,
} from '../../../types.ts'
import { faulty } from './faults.ts'
import { binaryFrame, binaryHead, textFrame } from './frames.ts'
import { type Gate, openGate } from './gate.ts'
import type { Inbox } from './inbox.ts'
import type { WebSocketSettings } from './options.ts'
import { Peer, type PeerListener } from './peer.ts'
import { readPlainFrames } from './plain.ts'
import { beforeWrite, beginTurn } from './turns.ts'

/** Binary messages up to this size are copied behind their head; others are written as they are. */
const SMALL = 16_384

/** Who is told when a socket is no more. */
export interface Owner {
  /** It is of no use any more; told first, and perhaps again. */
  lost(message: WebSocketDisconnectMessage): void
  /** Nothing comes or goes any more; told once. */
  closed(): void
}

/** What all the sockets of a server have in common. */
export interface Terms {
  readonly settings: WebSocketSettings
  /** Whether fields of Node's own, and of `ws`, may be used; see `plain.ts`. */
  readonly shortcuts: boolean
}

/**
 * Frames are read by `ws`, plain ones before it; see `plain.ts`. They are written here where they are
 * not compressed: one buffer instead of two, and nothing to call back for each, which takes a third
 * off an echo.
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

  /** The peer is told why, see `peer.ts`; the close follows when it has answered. */
  failed(error: Error): void {
    this.#gate.stop()
    setImmediate(() => this.#owner.lost(faulty(error, this.#settings.maxMessageSize)))
  }

  left(code: number, reason: string): void {
    this.#owner.lost(disconnected(code, reason))
  }

  closed(code: number, reason: string): void {
    this.#isClosed = true
    this.#owner.lost(disconnected(code, reason))
    this.#owner.closed()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** How many bytes the peer has sent. */
  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  /** Whether it is we who do not read. */
  get isPaused(): boolean {
    return this.#gate.isPaused
  }

  /**
   * Resolves at once while little waits for the peer, otherwise when this has been written too.
   *
   * @throws ProtocolError for what is no message.
   * @throws ClientDisconnected when the peer has closed, or is gone.
   */
  send(message: WebSocketSentMessage): Promise<void> {
    const { text, bytes } = message
    if (bytes === undefined ? typeof text !== 'string' : text !== undefined || !isBytes(bytes)) {
      throw invalid(message)
    }
    if (this.#ws.readyState !== Peer.OPEN) throw new ClientDisconnected()
    if (this.#compresses) return this.#compress(text, bytes)
    const socket = this.#socket
    beforeWrite(socket, this)
    if (bytes !== undefined && bytes.byteLength > SMALL) {
      socket.write(binaryHead(bytes.byteLength))
      // Not a copy: it is whoever sent it that has to wait, and may use the bytes again then.
      return written((callback) => socket.write(bytes, callback))
    }
    const frame = bytes === undefined ? textFrame(text ?? '') : binaryFrame(bytes)
    if (socket.writableLength >= this.#settings.maxBufferedBytes) {
      return written((callback) => socket.write(frame, callback))
    }
    socket.write(frame)
    return SENT
  }

  /** Takes its turn behind what `ws` still compresses. */
  #compress(text: string | undefined, bytes: Uint8Array | undefined): Promise<void> {
    const ws = this.#ws
    if (text !== undefined && ws.bufferedAmount < this.#settings.maxBufferedBytes) {
      ws.send(text)
      return SENT
    }
    return written((callback) => ws.send(text ?? bytes ?? '', callback))
  }

  /** Says why, and waits for the peer to say the same; not longer than `closeTimeoutMs`. */
  close(code: number, reason: string): void {
    this.#ws.closeNow(code, reason)
  }

  ping(): void {
    this.#ws.ping()
  }

  /** Cuts it off. */
  terminate(): void {
    this.#ws.terminate()
  }
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array
}

function written(write: (callback: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    write((error) => {
      if (error) reject(new ClientDisconnected())
      else resolve()
    })
  })
}

function invalid({ type, text, bytes }: WebSocketSentMessage): ProtocolError {
  const given =
    text === undefined && bytes === undefined
      ? 'neither'
      : `"text" of type ${typeof text} and "bytes" of type ${typeof bytes}`
  return new ProtocolError(
    `${type}: exactly one of "text", a string, and "bytes", a Uint8Array, must be there, ${given} was sent. Leave the other out.`,
  )
}
