/** Tells connections that speak HTTP/2 from the others of a server, which stay Node's. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { withoutListener } from '../ownlistener.ts'

/** Serves one connection, from its first byte on. */
export type Serve = (socket: Socket) => void

/** Over TLS the handshake has settled it (ALPN); clients that have no opinion speak HTTP/1.1. */
export function dispatchByALPN(node: Server, http2: Serve): void {
  const http1 = withoutListener(node, 'secureConnection')
  node.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') http2(socket)
    else http1(socket)
  })
}

/** What HTTP/2 begins with (RFC 9113 section 3.4); no method of HTTP/1.1 does. */
const PREFACE = 'PRI '

/**
 * Without TLS the first bytes tell, from clients that know (RFC 9113 section 3.3).
 *
 * @param timeoutMs How long a client may take to send them; 0 is for ever.
 */
export function dispatchByPreface(node: Server, http2: Serve, timeoutMs: number): void {
  const http1 = withoutListener(node, 'connection')
  node.on('connection', (socket: Socket) => {
    whenBegun(socket, timeoutMs, (isHTTP2) => (isHTTP2 ? http2 : http1)(socket))
  })
}

function whenBegun(socket: Socket, timeoutMs: number, then: (isHTTP2: boolean) => void): void {
  let begun = Buffer.alloc(0)
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
    begun = Buffer.concat([begun, chunk])
    const start = begun.toString('latin1', 0, PREFACE.length)
    if (start.length < PREFACE.length && PREFACE.startsWith(start)) return
    stop()
    socket.unshift(begun)
    then(start === PREFACE)
  }
  socket.on('readable', look)
  socket.on('end', destroy)
  socket.on('error', destroy)
  socket.on('timeout', destroy)
  socket.setTimeout(timeoutMs)
}
