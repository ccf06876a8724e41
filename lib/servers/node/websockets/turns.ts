/** Joins the writes to one socket in one turn of the event loop. */
import type { Socket } from 'node:net'
import { nextTick } from 'node:process'

/** Sockets that are corked until the turn ends. */
const CORKED: Socket[] = []

let turn = 0

/** When a socket was last written to. */
export interface Turned {
  lastTurn: number
}

/** Called when a message has arrived: later writes belong to another turn. */
export function beginTurn(): void {
  turn++
}

/**
 * Called before each write. The first write of a turn is sent at once, further ones are joined at its
 * end: an app that answers many messages of one read makes two writes.
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
