/** The WebSocket class of `ws`, changed to let the app answer the last messages before the websocket closes. */
import { WebSocket } from 'ws'
import type { WebSocketReceivedMessage } from '../../../types.ts'

/** Receives the messages of a websocket, and its end. */
export interface PeerListener {
  /** @param size The size of the message in bytes. */
  take(message: WebSocketReceivedMessage, size: number): void
  failed(error: Error): void
  /** The peer has closed the websocket, and has been answered. Its connection may stay open for a while. */
  left(code: number, reason: string): void
  closed(code: number, reason: string): void
}

/** The code for a close frame without a code (RFC 6455 section 7.1.5). */
const NO_CODE = 1005

/**
 * A message and a close often arrive together. `ws` answers a close, or a violation, as soon as it has
 * read it. The app receives messages through promises, so it would be too late to answer the last ones.
 *
 * So the answer waits until pending promise callbacks have run (RFC 6455 section 5.5.1 lets an endpoint
 * finish what it is sending).
 */
export class Peer extends WebSocket {
  listener: PeerListener | undefined
  hasFailed = false

  /** Sets the listener. All websockets share the event listeners, because many websockets may be idle. */
  listen(listener: PeerListener): void {
    this.listener = listener
    this.on('message', onMessage)
    this.on('error', onError)
    this.on('close', onClose)
  }

  /** Called by `ws` when the peer has closed, or has violated the protocol. */
  override close(code?: number, reason?: string | Buffer): void {
    setImmediate(() => {
      super.close(code, reason)
      if (!this.hasFailed) this.listener?.left(code ?? NO_CODE, String(reason ?? ''))
    })
  }

  /** Called by the server. */
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
