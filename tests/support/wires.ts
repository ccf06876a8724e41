// Open websockets of `ws` on a socket without a network, which a test gives what comes.
import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { HANDSHAKE } from './frames.ts'

/** A socket without a network: `push` is what comes, as it is for Node's own. */
export class Wire extends Socket {
  /** What was written, one character per byte. */
  written = ''

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString('latin1')
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    for (const { chunk } of chunks) this.written += chunk.toString('latin1')
    done()
  }
}

/** The server's side of an open websocket, on a stream. */
export function upgraded(
  stream: Duplex,
  options: object = {},
  fields: readonly string[] = [],
): WebSocket {
  const server = new WebSocketServer({ noServer: true, ...options })
  const lines = [...HANDSHAKE, ...fields].map((line) => line.split(': '))
  const request = { method: 'GET', headers: Object.fromEntries(lines) } as IncomingMessage
  let opened: WebSocket | undefined
  server.handleUpgrade(request, stream, Buffer.alloc(0), (ws) => {
    opened = ws
  })
  if (opened === undefined) throw new Error('the handshake was refused')
  return opened
}
