/** Joins what is written to one socket in one turn of the event loop. */

import type { Socket } from 'node:net'
import { nextTick } from 'node:process'

/** Sockets that hold back what is written, until the turn ends. */
const CORKED: Socket[] = []

let turn = 0

/** When a socket was last written to. */
export interface Turned {
  lastTurn: number
}

/** To be called when a message has come: what is written from here on belongs to another turn. */
export function beginTurn(): void {
  turn++
}

/**
 * To be called before each write. The first of a turn goes out at once; those that follow become one,
 * at its end: somebody who answers many messages that came together makes two writes of them.
 */
export function beforeWrite(socket: Socket, turned: Turned): void {
  if (turned.lastTurn !== turn) turned.lastTurn = turn
  else if (socket.writableCorked === 0) {
    socket.cork()
    if (CORKED.push(socket) === 1) nextTick(endTurn)
  }
}

function endTurn(): void {
  turn++
  for (const socket of CORKED.splice(0)) socket.uncork()
}
