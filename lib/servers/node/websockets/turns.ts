/** Joins what is written to one socket in one turn of the event loop. */

import type { Socket } from 'node:net'
import { nextTick } from 'node:process'

/** Sockets that hold back what is written, until the turn ends. */
const CORKED: Socket[] = []

let turn = 0
let scheduled = false

/** When a socket was last written to. */
export interface Turned {
  lastTurn: number
}

/**
 * To be called before each write. The first of a turn goes out at once; those that follow become one,
 * at its end: somebody who answers many messages that came together makes two writes of them.
 */
export function beforeWrite(socket: Socket, turned: Turned): void {
  if (!scheduled) {
    scheduled = true
    nextTick(endTurn)
  }
  if (turned.lastTurn !== turn) turned.lastTurn = turn
  else if (socket.writableCorked === 0) {
    socket.cork()
    CORKED.push(socket)
  }
}

function endTurn(): void {
  scheduled = false
  turn++
  for (const socket of CORKED.splice(0)) socket.uncork()
}
