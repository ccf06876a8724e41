/** Ends a connection in the middle of a response. */
import type { ServerResponse } from 'node:http'

/** How long a client may take for what was sent to it before the cut. */
const CUT_MS = 5_000

/** Only the end is missing: what was accepted before still goes out. */
export function cut(response: ServerResponse): void {
  // The parts of this turn are written at its end, and some versions of Node hold them for one more.
  setImmediate(() => {
    const { socket } = response
    if (socket === null) return
    socket.setTimeout(CUT_MS, () => socket.destroy())
    socket.destroySoon()
  })
}
