/** The socket of `ws`, but one that lets the app answer before it closes. */
import { WebSocket } from 'ws'

/**
 * A message and the close behind it often come together. The app gets its messages by promises, so it
 * would always be too late to answer the last ones; `ws` answers the close as soon as it has read it,
 * and so it does with a fault.
 *
 * So that waits until all that need not wait for anything else is done (RFC 6455 section 5.5.1 lets an
 * endpoint send what it is about to).
 */
export class Peer extends WebSocket {
  /** What `ws` calls when the peer has closed, or was at fault. */
  override close(code?: number, reason?: string | Buffer): void {
    setImmediate(() => super.close(code, reason))
  }

  /** What the server calls. */
  closeNow(code: number, reason: string): void {
    super.close(code, reason)
  }
}
