/** The socket of `ws`, but one that lets the app answer before it closes. */
import { WebSocket } from 'ws'
import type { WebSocketReceivedMessage } from '../../../types.ts'

/** Who hears what comes over a socket, and how it ends. */
export interface PeerListener {
  /** With how many bytes it had. */
  take(message: WebSocketReceivedMessage, size: number): void
  failed(error: Error): void
  /** The peer has closed, and was answered; its connection may stay for a while. */
  left(code: number, reason: string): void
  closed(code: number, reason: string): void
}

/** What stands for a close without a code (RFC 6455 section 7.1.5). */
const NO_CODE = 1005

/**
 * A message and the close behind it often come together. The app gets its messages by promises, so it
 * would always be too late to answer the last ones; `ws` answers the close as soon as it has read it,
 * and so it does with a fault.
 *
 * So that waits until all that need not wait for anything else is done (RFC 6455 section 5.5.1 lets an
 * endpoint send what it is about to).
 */
export class Peer extends WebSocket {
  listener: PeerListener | undefined
  hasFailed = false

  /** Tells one listener of everything, by functions that are the same for all: many may be idle. */
  listen(listener: PeerListener): void {
    this.listener = listener
    this.on('message', onMessage)
    this.on('error', onError)
    this.on('close', onClose)
  }

  /** What `ws` calls when the peer has closed, or was at fault. */
  override close(code?: number, reason?: string | Buffer): void {
    setImmediate(() => {
      super.close(code, reason)
      if (!this.hasFailed) this.listener?.left(code ?? NO_CODE, String(reason ?? ''))
    })
  }

  /** What the server calls. */
  closeNow(code: number, reason: string): void {
    super.close(code, reason)
  }
}

function onMessage(this: WebSocket, data: Buffer, isBinary: boolean): void {
  const type = 'websocket.receive'
  listenerOf(this)?.take(
    isBinary ? { type, bytes: data } : { type, text: data.toString() },
    data.byteLength,
  )
}

function onError(this: WebSocket, error: Error): void {
  if (this instanceof Peer) this.hasFailed = true
  listenerOf(this)?.failed(error)
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  listenerOf(this)?.closed(code, reason.toString())
}

function listenerOf(ws: WebSocket): PeerListener | undefined {
  return ws instanceof Peer ? ws.listener : undefined
}
