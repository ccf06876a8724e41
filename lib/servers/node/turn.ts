/** Waits until the responses before a response are written: pipelined requests are answered in order. */
import type { ServerResponse } from 'node:http'

/**
 * Calls a listener when the response gets its connection, or immediately if it has had it.
 *
 * Node buffers writes before that, and puts the head of the response in front of them: an interim response would be
 * in the middle of the final one. If the connection is lost while the response waits, the listener is never called.
 */
export function whenItsTurn(response: ServerResponse, listener: () => void): void {
  if (response.socket !== null || isOver(response)) listener()
  else response.once('socket', listener)
}

/** Whether the response has ended. Node has then removed its connection. */
function isOver({ writableFinished, destroyed }: ServerResponse): boolean {
  return writableFinished || destroyed
}
