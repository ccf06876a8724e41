/** Counts the responses of a connection that are not written to their end. */
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const UNFINISHED: unique symbol = Symbol('unfinished responses')

interface CountedSocket extends Socket {
  [UNFINISHED]?: number
}

/** Counts a new response. */
export function countResponse(socket: CountedSocket, response: ServerResponse): void {
  socket[UNFINISHED] = (socket[UNFINISHED] ?? 0) + 1
  response.on('finish', countFinished)
}

/** Whether all responses of a connection are written, and Node has removed the connection from them. */
export function isFinished(socket: CountedSocket): boolean {
  return (socket[UNFINISHED] ?? 0) === 0
}

/** One function serves all responses. A function for each response would be one more object. */
function countFinished(this: ServerResponse): void {
  const socket: CountedSocket = this.req.socket
  socket[UNFINISHED] = (socket[UNFINISHED] ?? 0) - 1
}
