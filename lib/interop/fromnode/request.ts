/** The handler's request: a real `IncomingMessage`, with the head of a scope. */
import { IncomingMessage } from 'node:http'
import type { HTTPScope } from '../../types.ts'
import type { InnerRequest } from './internals.ts'
import type { InnerSocket } from './socket.ts'
import { targetOf } from './target.ts'

/** Properties that Express and Connect add to a request; here they exist from the start. */
export interface NodeRequest extends IncomingMessage {
  /** The whole path and the query. */
  originalUrl: string
  /** The prefix that `url` lacks. */
  baseUrl: string
}

/** Fills a request as Node's parser does. */
export function makeRequest(scope: HTTPScope, socket: InnerSocket, read: () => void): NodeRequest {
  // It has all properties that http messages use of a socket.
  const request = new IncomingMessage(socket as never) as InnerRequest
  const headers = scope.headers.slice()
  request._addHeaderLines(headers, headers.length)
  const [major = '1', minor = '0'] = scope.httpVersion.split('.')
  request.httpVersion = `${major}.${minor}`
  request.httpVersionMajor = Number(major)
  request.httpVersionMinor = Number(minor)
  request.method = scope.method
  request._read = read
  return Object.assign(request, targetOf(scope))
}

/** Whether the request is being read, or will be: a pipe, a listener, a loop. */
export function isRead(request: IncomingMessage): boolean {
  if (request.destroyed || request.readableEnded) return false
  const listens = request.listenerCount('data') > 0 || request.listenerCount('readable') > 0
  return listens || request.readableFlowing === true
}
