/** Passes a connection to Node in the middle of a request, because the app needs Node's request and response. */
import type { Buffer } from 'node:buffer'
import { ClientDisconnected } from '../../../exceptions.ts'
import type { HTTPScope, Receive } from '../../../types.ts'
import { awaitPair } from '../awaited.ts'
import { Exchange } from '../exchange.ts'
import { isAsSent } from '../nativepair.ts'
import type { HTTPService } from '../service.ts'
import { forgetLost, whenLost } from '../socketclose.ts'
import { type PlainRequest, readPlain } from './grammar.ts'
import type { Connection } from './wire.ts'

/** A request that was read here. The app has not received its body. */
interface StartedRequest {
  readonly head: PlainRequest
  readonly bytes: Buffer
  readonly scope: HTTPScope
  readonly receive: Receive
}

/** Whether Node can continue the exchange: the connection is open, and the scope has the values of the request. */
export function canHandOver(
  { socket }: Connection,
  { head, bytes, scope, receive }: StartedRequest,
  given: { readonly scope: HTTPScope; readonly receive: Receive },
): boolean {
  const isOpen = socket.writable && !socket.readableEnded
  const isUntouched = given.receive === receive && given.scope.onDisconnect === scope.onDisconnect
  if (!isOpen || !isUntouched) return false
  const rawHeaders = readPlain(bytes, Number.POSITIVE_INFINITY)?.headers ?? []
  const request = { method: head.method, socket, rawHeaders: [...rawHeaders] }
  return isAsSent(given.scope, request, head.headers)
}

/**
 * Passes the connection to Node. Node reads the same bytes again, and the exchange continues with Node's request and
 * response. Node also reads all later requests of the connection. Rejects if the client disconnects before.
 */
export function goOnByNode(
  service: HTTPService,
  connection: Connection,
  { head, bytes, scope }: StartedRequest,
): Promise<Exchange> {
  const { socket } = connection
  const { target, headers, bodyStart, isLast } = head
  const bodyLength = bytes.length - bodyStart
  return new Promise((resolve, reject) => {
    const lose = (): void => reject(new ClientDisconnected())
    awaitPair(socket, (request, response) => {
      forgetLost(socket, lose)
      const read = { target, headers, bodyLength, expectsContinue: false, isLast }
      const exchange = new Exchange(service, request, response, read, undefined, scope)
      exchange.adopt()
      resolve(exchange)
    })
    connection.give(bytes)
    whenLost(socket, lose)
  })
}
