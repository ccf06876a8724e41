/** The interface that a runtime must provide for websockets. */
import type { Acceptance } from '../../protocol/websocket.ts'

export type { Acceptance }

/** A websocket of a runtime. */
export interface RuntimeSocket {
  send(data: string | Uint8Array): void
  close(code: number, reason: string): void
  /** The number of bytes that wait to be sent. */
  buffered(): number
}

/** The events of a websocket of a runtime: `open` is the first, `close` the last. */
export interface SocketEvents {
  readonly open: (socket: RuntimeSocket) => void
  readonly message: (data: string | Uint8Array) => void
  /** Called when the buffer is empty. Runtimes without this event are polled. */
  readonly drain: () => void
  readonly close: (code: number, reason: string) => void
}

/**
 * Upgrades a request to a websocket; returns the response that the runtime expects.
 *
 * @throws ClientDisconnected if the client has left or its handshake is invalid, or another error.
 */
export type Upgrade = (
  request: globalThis.Request,
  acceptance: Acceptance,
  events: SocketEvents,
  info: unknown,
) => globalThis.Response

/** Converts a message of a runtime to text or bytes. */
export function toMessage(data: unknown): string | Uint8Array {
  if (typeof data === 'string') return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  // It is copied because some runtimes reuse the memory.
  if (data instanceof Uint8Array) return new Uint8Array(data)
  throw new TypeError('websocket: a message was neither text nor bytes. Check the runtime.')
}
