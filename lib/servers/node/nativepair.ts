/** Passes Node's request and response to handlers that use no ASGI messages, if no middleware uses them either. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HeaderList, HTTPScope, Receive, Send, Transport } from '../../types.ts'
import { hasFields } from './fields.ts'
import { clientAddress, schemeOf } from './scope.ts'

/** The arguments of a listener of `http.createServer`. */
interface Pair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A pair that was passed to a handler, and a function to wait for its end. */
export interface HandedOver extends Pair {
  /** Calls the listener when the response is over, whether it is complete or not. */
  readonly whenOver: (listener: () => void) => void
}

/** A transport that can pass its pair to a handler. */
export interface HandingOver extends Transport {
  /**
   * Returns undefined if the scope differs from the request that the client has sent. Returns a promise if Node
   * has not read the request yet; it rejects if the client disconnects before.
   */
  handOver(scope: HTTPScope, receive: Receive): HandedOver | Promise<HandedOver> | undefined
}

/**
 * Returns the pair of an exchange. It is undefined if the server has none, or if middleware reads messages or has
 * changed the scope.
 */
export function handedOver(
  scope: HTTPScope,
  receive: Receive,
  send: Send,
): HandedOver | Promise<HandedOver> | undefined {
  const { transport } = scope
  if (transport === undefined || transport.send !== send) return undefined
  return 'handOver' in transport ? (transport as HandingOver).handOver(scope, receive) : undefined
}

/**
 * Whether the scope has the same values as the request, except for the path.
 *
 * The list of fields is read-only for TypeScript, but JavaScript can change it. The contents are therefore
 * compared too.
 */
export function isAsSent(
  scope: HTTPScope,
  { method, socket, rawHeaders }: Pick<IncomingMessage, 'method' | 'socket' | 'rawHeaders'>,
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
