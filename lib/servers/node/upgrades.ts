/**
 * Detects websocket handshakes among requests with an Upgrade field.
 *
 * A server may ignore an Upgrade field (RFC 9110 section 7.8), and `curl --http2` always sends one. A request that
 * is no websocket handshake is therefore served as plain HTTP.
 */
import { createServer, IncomingMessage, type ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { isPastLast } from './linger.ts'
import { isFinished } from './unfinished.ts'
import { refuseHandshake } from './websockets/answer.ts'

/**
 * Whether a request is a websocket handshake that can be served: a GET request over HTTP/1.1 without a body, after
 * all earlier responses are written. HTTP/1.0 has no upgrades.
 */
export function asksForWebSocket(request: IncomingMessage): boolean {
  if (request.method !== 'GET' || request.httpVersion !== '1.1') return false
  return isHandshake(request.rawHeaders) && isFree(request.socket)
}

function isHandshake(rawHeaders: readonly string[]): boolean {
  let protocol: string | undefined
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase()
    const value = rawHeaders[index + 1] ?? ''
    if (name === 'transfer-encoding') return false
    if (name === 'content-length' && Number(value) !== 0) return false
    if (name === 'upgrade') {
      if (protocol !== undefined) return false
      protocol = value.toLowerCase()
    }
  }
  return protocol === 'websocket'
}

/** Whether no earlier response is still being written: Node emits 'upgrade' and 'connect' even then. */
function isFree(socket: Socket): boolean {
  return isFinished(socket) && !isPastLast(socket)
}

/**
 * Refuses a CONNECT request, because the server has no tunnels (RFC 9110 section 9.3.6). If an earlier response is
 * not written yet, no response can follow it. The connection is then closed, as Node does by default.
 */
export function refuseTunnel(request: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => {}) // without a listener, an error of the connection would end the process
  if (isFree(socket)) refuseHandshake({ request, socket, head }, 501)
  else socket.destroy()
}

/** Returns the options of `createServer` with which 'upgrade' is emitted only for these requests. */
export function upgradeOptions(): ServerOptions {
  return KNOWS_CALLBACK ? CALLBACK : { IncomingMessage: UpgradableRequest }
}

/** Node documents this option since 22.21 and 24.9, but its types lack it. */
const CALLBACK: object = { shouldUpgradeCallback: asksForWebSocket }
const KNOWS_CALLBACK = 'shouldUpgradeCallback' in createServer()

const UPGRADE: unique symbol = Symbol('upgrade')

/** Earlier versions of Node read the property `upgrade` of the request after its head was parsed. */
class UpgradableRequest extends IncomingMessage {
  declare [UPGRADE]: boolean | null

  get upgrade(): boolean | null {
    if (this[UPGRADE] === true) {
      this[UPGRADE] = this.method === 'CONNECT' || asksForWebSocket(this)
    }
    return this[UPGRADE]
  }

  set upgrade(value: boolean | null) {
    this[UPGRADE] = value
  }
}
