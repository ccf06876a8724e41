/** Scope keys between a server and this package, which apps and middleware neither set nor read. */
import type { HTTPSendMessage, LifespanSendMessage, WebSocketSendMessage } from './messages.ts'

export type SendMessage = HTTPSendMessage | WebSocketSendMessage | LifespanSendMessage

/**
 * Hands a message to the client; resolves when it is accepted and the connection wants more.
 * Rejects with `ClientDisconnected` once the client is gone and with `ProtocolError` if the message is
 * not allowed at this point.
 */
export type Send = (message: SendMessage) => Promise<void>

/**
 * For servers only. A scope without these keys is complete: they save work, or let another framework
 * answer, and nothing else depends on them.
 */
export interface ServerOnlyKeys {
  /**
   * Called before the answer if no route matches or a file is missing; set by `toNode` in a server of
   * another framework, which drops this answer and answers itself.
   */
  onUnmatched?: (() => void) | undefined
  /** The server's own end of an http exchange; set by `serve`. */
  transport?: Transport | undefined
}

/**
 * The server's own end of an exchange. It is used only by an app that was given the server's own
 * `send`, so that no middleware looks at messages in between.
 */
export interface Transport {
  /** The server's `send`, to compare with the one that the app was given. */
  readonly send: Send
  /** Whether the response has started. */
  readonly started: boolean
  /**
   * Gives an error that came after the app's promise had settled to the server's `onError`; absent if
   * the server has none.
   */
  report?(error: unknown): void
}
