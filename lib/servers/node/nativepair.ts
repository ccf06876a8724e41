/** Hands Node's own request and response to handlers that need no messages, if no middleware does. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HeaderList, HTTPScope, Receive, Send, Transport } from '../../types.ts'
import { hasFields } from './fields.ts'
import { clientAddress, schemeOf } from './scope.ts'

/** What a listener of `http.createServer` is called with. */
export interface Pair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A pair that was given away, and the way to hear of its end. */
export interface HandedOver extends Pair {
  /** Calls the listener once the response is over, complete or not. */
  readonly whenOver: (listener: () => void) => void
}

/** A transport that may give away its pair. */
export interface HandingOver extends Transport {
  /** Undefined when the app was told something else than what the client has sent. */
  handOver(scope: HTTPScope, receive: Receive): HandedOver | undefined
}

/**
 * The pair of an exchange, if its server has one, and no middleware in between looks at messages or has
 * changed what the scope says.
 */
export function handedOver(scope: HTTPScope, receive: Receive, send: Send): HandedOver | undefined {
  const { transport } = scope
  if (transport === undefined || transport.send !== send) return undefined
  return 'handOver' in transport ? (transport as HandingOver).handOver(scope, receive) : undefined
}

/**
 * Whether the scope says of a request what the request says, but for the path.
 *
 * The list of fields is read-only for TypeScript, but JavaScript can change it; so the contents are
 * compared too.
 */
export function isAsSent(
  scope: HTTPScope,
  { method, socket, rawHeaders }: IncomingMessage,
  headers: HeaderList,
): boolean {
  return (
    scope.headers === headers &&
    scope.method === method &&
    scope.client === clientAddress(socket) &&
    scope.scheme === schemeOf(socket) &&
    hasFields(headers, rawHeaders)
  )
}
