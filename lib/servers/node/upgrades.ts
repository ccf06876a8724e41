/**
 * Tells requests for a websocket from all others.
 *
 * A server may ignore that a client would rather speak another protocol (RFC 9110 section 7.8), and
 * `curl --http2` asks for one each time; so whatever is no such request stays a plain one.
 */
import { createServer, type IncomingMessage, type ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { isPastLast } from './linger.ts'
import { ServedRequest } from './servedrequest.ts'
import { refuseHandshake } from './websockets/answer.ts'

/**
 * Whether this is a request to leave HTTP for a websocket, which can be done: by GET, without a body,
 * and with all responses before it written. HTTP/1.0 knows no upgrade.
 */
export function asksForWebSocket(request: IncomingMessage): boolean {
  if (request.method !== 'GET' || request.httpVersion !== '1.1') return false
  return asks(request.rawHeaders) && isFree(request.socket)
}

function asks(rawHeaders: readonly string[]): boolean {
  let wanted: string | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    if (name === 'transfer-encoding') return false
    if (name === 'content-length' && Number(value) !== 0) return false
    if (name === 'upgrade') {
      if (wanted !== undefined) return false
      wanted = value.toLowerCase()
    }
  }
  return wanted === 'websocket'
}

/** Node hands the connection over while it still writes an earlier response to it. */
function isFree(socket: Socket & { _httpMessage?: unknown }): boolean {
  return !socket._httpMessage && !isPastLast(socket)
}

/**
 * The listener of 'connect': there are no tunnels here (RFC 9110 section 9.3.6). Behind a response that
 * is still to come nothing can be answered any more; the connection is closed, as Node does by itself.
 */
export function refuseTunnel(request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => {}) // it would end the process; that the client has gone is no matter
  if (isFree(socket)) refuseHandshake({ request, socket, head }, 501)
  else socket.destroy()
}

/** What `createServer` needs so that 'upgrade' comes for these requests alone. */
export function upgradeOptions(): ServerOptions {
  return KNOWS_CALLBACK ? CALLBACK : { IncomingMessage: UpgradableRequest }
}

/** Node documents the option since 22.21 and 24.9, but its types do not know it. */
const CALLBACK: object = { shouldUpgradeCallback: asksForWebSocket }
const KNOWS_CALLBACK = 'shouldUpgradeCallback' in createServer()

const ASKED: unique symbol = Symbol('asked')

/** Before that, Node asks the request itself once its head is there, and takes its word for it. */
class UpgradableRequest extends ServedRequest {
  declare [ASKED]: boolean | null

  get upgrade(): boolean | null {
    if (this[ASKED] === true) {
      this[ASKED] = this.method === 'CONNECT' || asksForWebSocket(this)
    }
    return this[ASKED]
  }

  set upgrade(asked: boolean | null) {
    this[ASKED] = asked
  }
}
