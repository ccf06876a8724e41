/** Joins the writes to one socket in one turn of the event loop. */
import type { Socket } from 'node:net'
import { nextTick } from 'node:process'

/** Sockets that are corked until the turn ends. */
const CORKED: Socket[] = []

let turn = 0

/** The turn in which a socket was last written to. */
interface SocketWriter {
  lastTurn: number
}

/** Called when a message has arrived: later writes belong to another turn. */
export function beginTurn(): void {
  turn++
}

/**
 * Called before each write. The first write of a turn is sent immediately, and further ones are joined at its end. An
 * app that answers many messages of one read therefore makes two writes.
 */
export function beforeWrite(socket: Socket, writer: SocketWriter): void {
  if (writer.lastTurn !== turn) writer.lastTurn = turn
  else if (socket.writableCorked === 0) {
    socket.cork()
    if (CORKED.push(socket) === 1) nextTick(endTurn)
  }
}

function endTurn(): void {
  turn++
  for (const socket of CORKED.splice(0)) socket.uncork()
}
