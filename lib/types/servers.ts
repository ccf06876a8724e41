/** Scope keys between a server and this package, which apps and middleware neither set nor read. */
import type { HTTPSendMessage, LifespanSendMessage, WebSocketSendMessage } from './messages.ts'

/** Any message that an app sends. */
export type SendMessage = HTTPSendMessage | WebSocketSendMessage | LifespanSendMessage

/**
 * Sends a message to the client. Resolves when it is accepted and more can be sent. Rejects with
 * `ClientDisconnected` after the client has disconnected, and with `ProtocolError` if the message is not
 * allowed at this point.
 */
export type Send = (message: SendMessage) => Promise<void>

/**
 * Keys for servers only. A scope without these keys is complete: they only save work, or let another
 * framework respond.
 */
export interface ServerOnlyKeys {
  /**
   * Called before the response if no route matches or a file is missing. `toNode` sets it in a server of
   * another framework, which drops this response and sends its own.
   */
  onUnmatched?: (() => void) | undefined
  /** The server's side of an http exchange; set by `serve`. */
  transport?: Transport | undefined
}

/**
 * The server's side of an exchange. An app uses it only if it was given the server's own `send`, because
 * then no middleware reads the messages between them.
 */
export interface Transport {
  /** The server's `send`, to compare it with the `send` that the app was given. */
  readonly send: Send
  /** Whether the response has started. */
  readonly started: boolean
  /**
   * Passes an error that occurred after the app's promise had settled to the server's `onError`; absent if
   * the server has none.
   */
  report?(error: unknown): void
}
