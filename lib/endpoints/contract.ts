/** The contract of a websocket handler: its messages, for documents. */
import type { AnySchema } from '../types/schemas.ts'
import type { WebSocket } from '../websockets.ts'
import type { Encoding } from './decode.ts'

/** The messages of a handler. */
export interface MessageContract {
  /** Whether it receives messages and may answer each (`listener`), or only sends (`stream`). */
  readonly kind: 'listener' | 'stream'
  /** The encoding of messages; undefined for text and bytes. */
  readonly encoding: Encoding
  /** The schema of received messages. */
  readonly receives: AnySchema | undefined
  /** The schema of sent messages. */
  readonly sends: AnySchema | undefined
  /** Whether it sends a problem document before it closes for an invalid message. */
  readonly sendsProblem: boolean
  readonly summary: string | undefined
  readonly description: string | undefined
}

/** A handler for `WebSocketRoute` with a contract. */
export interface MessageHandler<Params = Record<string, unknown>, State = Record<string, unknown>> {
  (websocket: WebSocket<Params, State>): Promise<void>
  readonly contract: MessageContract
}

/** Texts of a handler for documents. */
export interface MessageTexts {
  /** A short text for the document (none). */
  summary?: string
  /** A long text for the document, in CommonMark (none). */
  description?: string
}

/** Adds a contract to a handler. The function has no name, because a route would use it as its own. */
export function withContract<Params, State>(
  contract: MessageContract,
  handle: (websocket: WebSocket<Params, State>) => Promise<void>,
): MessageHandler<Params, State> {
  return Object.assign((websocket: WebSocket<Params, State>) => handle(websocket), { contract })
}
