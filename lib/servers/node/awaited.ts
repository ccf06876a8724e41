/** Connections that were passed back to Node: an exchange waits for the request and response that Node makes. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Receives the request and response that Node makes next. */
type TakePair = (request: IncomingMessage, response: ServerResponse) => void

const AWAITED: unique symbol = Symbol('awaited')

interface AwaitingSocket extends Socket {
  [AWAITED]?: TakePair | undefined
}

/** Registers a function for the next request of this connection, which belongs to an exchange that has begun. */
export function awaitPair(socket: AwaitingSocket, take: TakePair): void {
  socket[AWAITED] = take
}

/** Returns the function that waits for the request that has arrived, and removes it. */
export function takeAwaiter(socket: AwaitingSocket): TakePair | undefined {
  const take = socket[AWAITED]
  if (take !== undefined) socket[AWAITED] = undefined
  return take
}
