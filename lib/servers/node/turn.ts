/** Waits for the turn of a response: of pipelined requests, one is answered after the other. */
import type { ServerResponse } from 'node:http'

/**
 * Calls a listener as soon as the response has its connection, at once when it has it already.
 *
 * Node keeps what is written before that, and puts the head of a response before all of it: an interim
 * response would stand in the middle of the final one. A response whose connection is lost while it
 * waits never gets its turn.
 */
export function whenItsTurn(response: ServerResponse, listener: () => void): void {
  if (response.socket !== null || isOver(response)) listener()
  else response.once('socket', listener)
}

/** Whether it had a connection, which was taken from it at its end. */
function isOver({ writableFinished, destroyed }: ServerResponse): boolean {
  return writableFinished || destroyed
}
