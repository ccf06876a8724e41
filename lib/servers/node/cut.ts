/** Ends a connection in the middle of a response. */
import type { ServerResponse } from 'node:http'
import { flushHead } from './chunks.ts'
import { markLast } from './linger.ts'
import { whenItsTurn } from './turn.ts'

/** How long a client may take to read the bytes that were sent before the cut, in ms. */
const CUT_MS = 5_000

/**
 * Closes the connection without the end of the response. Earlier responses, and the bytes of this response that
 * were accepted before, are still sent.
 */
export function cut(response: ServerResponse): void {
  markLast(response.req.socket)
  whenItsTurn(response, () => cutNow(response))
}

function cutNow(response: ServerResponse): void {
  // The parts of this turn are written at its end. Some versions of Node hold them for one turn more.
  setImmediate(() => {
    const { socket } = response
    if (socket === null) return
    // A head without a body that had to wait for an earlier response has not been sent yet.
    if (response.headersSent) flushHead(response)
    socket.setTimeout(CUT_MS, () => socket.destroy())
    socket.destroySoon()
  })
}
