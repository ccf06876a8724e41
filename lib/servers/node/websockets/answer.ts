/** Answers a handshake with an HTTP response. The connection then ends. */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Wire } from '../../../protocol/response.ts'
import type { HeaderList } from '../../../types.ts'
import { Disconnect } from '../disconnect.ts'
import { endSoftly } from '../linger.ts'
import { refuse } from '../refuse.ts'
import { NodeWire } from '../wire.ts'

/** The arguments that Node passes to listeners of 'upgrade'. */
export interface Handshake {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** The bytes after the request. */
  readonly head: Buffer
  /** The functions that send a response, if it is not an HTTP/1.1 response. */
  readonly responder?: HandshakeResponder
}

/** Answers a handshake with a response. */
interface HandshakeResponder {
  wire(): Wire
  refuse(status: number, fields?: HeaderList): void
}

/** Creates the response to an upgrade request, because Node creates none. */
function responseTo({ request, socket }: Handshake): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  socket.on('drain', () => response.emit('drain'))
  response.on('finish', () => {
    response.detachSocket(socket)
    endSoftly(socket)
  })
  response.assignSocket(socket)
  return response
}

/** Sends a response that has only a status and its text. */
export function refuseHandshake(handshake: Handshake, status: number, fields?: HeaderList): void {
  if (handshake.responder !== undefined) handshake.responder.refuse(status, fields)
  else refuse(responseTo(handshake), status, true, fields)
}

/** A response that refuses a websocket. It comes from the app or from the server. */
export class Answer implements HandshakeResponder {
  readonly #responder: HandshakeResponder

  constructor(handshake: Handshake) {
    this.#responder = handshake.responder ?? new ConnectionAnswer(handshake)
  }

  /** Returns the wire for the app's response. */
  wire(): Wire {
    return this.#responder.wire()
  }

  /** Sends a status of the server, if the client has not disconnected. */
  refuse(status: number): void {
    this.#responder.refuse(status)
  }
}

class ConnectionAnswer implements HandshakeResponder {
  readonly #handshake: Handshake
  readonly #response: ServerResponse

  constructor(handshake: Handshake) {
    this.#handshake = handshake
    this.#response = responseTo(handshake)
  }

  wire(): Wire {
    return new NodeWire(this.#response, {
      disconnect: new Disconnect(this.#handshake.request, this.#response),
      endsConnection: () => true,
    })
  }

  refuse(status: number): void {
    if (!this.#response.destroyed) refuse(this.#response, status, true)
  }
}
