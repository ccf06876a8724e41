/** Ends a connection in the middle of a response. */
import type { ServerResponse } from 'node:http'
import { markLast } from './linger.ts'
import { whenItsTurn } from './turn.ts'

/** How long a client may take for what was sent to it before the cut. */
const CUT_MS = 5_000

/**
 * Only the end is missing: what was accepted before still goes out, when the responses before it have.
 */
export function cut(response: ServerResponse): void {
  markLast(response.req.socket)
  whenItsTurn(response, () => cutNow(response))
}

function cutNow(response: ServerResponse): void {
  // The parts of this turn are written at its end, and some versions of Node hold them for one more.
  setImmediate(() => {
    const { socket } = response
    if (socket === null) return
    socket.setTimeout(CUT_MS, () => socket.destroy())
    socket.destroySoon()
  })
}
