/** What a runtime is asked for, so that websockets can be served on it. */
import type { Acceptance } from '../../protocol/websocket.ts'

export type { Acceptance }

/** A websocket of a runtime. */
export interface RuntimeSocket {
  send(data: string | Uint8Array): void
  close(code: number, reason: string): void
  /** How many bytes were sent and are still here. */
  buffered(): number
}

/** What a runtime tells of a websocket; nothing before `open`, and nothing after `close`. */
export interface SocketEvents {
  readonly open: (socket: RuntimeSocket) => void
  readonly message: (data: string | Uint8Array) => void
  /** What was buffered is gone; a runtime that cannot tell is asked from time to time. */
  readonly drain: () => void
  readonly close: (code: number, reason: string) => void
}

/**
 * Makes a websocket of a request; gives what the runtime wants to have returned for it.
 *
 * @throws Error when it cannot.
 */
export type Upgrade = (
  request: globalThis.Request,
  acceptance: Acceptance,
  events: SocketEvents,
  info: unknown,
) => globalThis.Response

/** The bytes of a message in any of the forms in which runtimes give them; text stays text. */
export function toMessage(data: unknown): string | Uint8Array {
  if (typeof data === 'string') return data
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  // A copy: some runtimes use the memory again.
  if (data instanceof Uint8Array) return new Uint8Array(data)
  throw new TypeError('a websocket: a message was neither text nor bytes.')
}
