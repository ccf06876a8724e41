// What does bare ws cost when its handler wants the texts that come, as strings?

import { createServer } from 'node:http'
import { type RawData, WebSocketServer } from 'ws'
import { listen, type Running } from '../../contender.ts'

export function start(): Promise<Running> {
  const server = createServer()
  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.on('error', console.error)
    socket.on('message', (data: RawData, isBinary) => {
      socket.send(isBinary ? data : data.toString())
    })
  })
  return listen(server)
}
