/** Detects connections that speak HTTP/2. All others are passed to Node. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { withoutListener } from '../ownlistener.ts'

/** Serves one connection from its first byte. */
type Serve = (socket: Socket) => void

/** With TLS, the handshake has chosen the protocol (ALPN). Clients without ALPN speak HTTP/1.1. */
export function dispatchByALPN(node: Server, http2: Serve): void {
  const http1 = withoutListener(node, 'secureConnection')
  node.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') http2(socket)
    else http1(socket)
  })
}

/** The first bytes of HTTP/2 (RFC 9113 section 3.4). No HTTP/1.1 request begins with them. */
const PREFACE = 'PRI '

/**
 * Without TLS, the first bytes of a connection decide. The client must know that the server speaks HTTP/2 (RFC 9113
 * section 3.3).
 *
 * @param timeoutMs How long a client may take to send the first bytes, in ms; 0 sets no limit.
 */
export function dispatchByPreface(node: Server, http2: Serve, timeoutMs: number): void {
  const http1 = withoutListener(node, 'connection')
  node.on('connection', (socket: Socket) => {
    whenBegun(socket, timeoutMs, (isHTTP2) => (isHTTP2 ? http2 : http1)(socket))
  })
}

function whenBegun(socket: Socket, timeoutMs: number, then: (isHTTP2: boolean) => void): void {
  let received = Buffer.alloc(0)
  const destroy = (): void => void socket.destroy()
  const stop = (): void => {
    socket.off('readable', look)
    socket.off('end', destroy)
    socket.off('error', destroy)
    socket.off('timeout', destroy)
    socket.setTimeout(0)
  }
  const look = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    received = Buffer.concat([received, chunk])
    const start = received.toString('latin1', 0, PREFACE.length)
    if (start.length < PREFACE.length && PREFACE.startsWith(start)) return
    stop()
    socket.unshift(received)
    then(start === PREFACE)
  }
  socket.on('readable', look)
  socket.on('end', destroy)
  socket.on('error', destroy)
  socket.on('timeout', destroy)
  socket.setTimeout(timeoutMs)
}
