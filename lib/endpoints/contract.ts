/** What the messages of a websocket are, as its handler says: documents are made of it. */
import type { AnySchema } from '../types/schemas.ts'
import type { WebSocket } from '../websockets.ts'
import type { Encoding } from './decode.ts'

/** The messages of a handler. */
export interface MessageContract {
  /** Whether it takes messages, and may answer each, or sends by itself. */
  readonly kind: 'listener' | 'stream'
  /** What messages are; undefined for text or bytes, as they come. */
  readonly encoding: Encoding
  /** The schema of the messages that it takes. */
  readonly receives: AnySchema | undefined
  /** The schema of the messages that it sends. */
  readonly sends: AnySchema | undefined
  /** Whether it sends a problem document before it closes for an invalid message. */
  readonly sendsProblem: boolean
  readonly summary: string | undefined
  readonly description: string | undefined
}

/** A handler for `WebSocketRoute` that carries what its messages are. */
export interface MessageHandler<Params = Record<string, unknown>, State = Record<string, unknown>> {
  (websocket: WebSocket<Params, State>): Promise<void>
  readonly contract: MessageContract
}

/** What a handler may say of itself for documents. */
export interface MessageTexts {
  /** A short text for the document (none). */
  summary?: string
  /** A long text for the document, in CommonMark (none). */
  description?: string
}

/** A function with its contract. It has no name, since a route would take it for its own. */
export function contracted<Params, State>(
  contract: MessageContract,
  handle: (websocket: WebSocket<Params, State>) => Promise<void>,
): MessageHandler<Params, State> {
  return Object.assign((websocket: WebSocket<Params, State>) => handle(websocket), { contract })
}
