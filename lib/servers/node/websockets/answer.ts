/** Answers a handshake by a response, after which the connection ends. */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Wire } from '../../../protocol/response.ts'
import type { HeaderList } from '../../../types.ts'
import { Disconnect } from '../disconnect.ts'
import { endSoftly } from '../linger.ts'
import { refuse } from '../refuse.ts'
import { NodeWire } from '../wire.ts'

/** What Node passes to listeners of 'upgrade'. */
export interface Handshake {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** What followed the request. */
  readonly head: Buffer
  /** How to answer by a response, where that is not one of HTTP/1.1. */
  readonly answering?: Answering
}

/** Answers a handshake by a response of another version of HTTP. */
export interface Answering {
  wire(): Wire
  refuse(status: number, fields?: HeaderList): void
}

/** A response to an upgrade request, for which Node creates none. */
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

/** Answers with a bare status. */
export function refuseHandshake(handshake: Handshake, status: number, fields?: HeaderList): void {
  if (handshake.answering !== undefined) handshake.answering.refuse(status, fields)
  else refuse(responseTo(handshake), status, true, fields)
}

/** A response that refuses a websocket: one of the app, or one of the server. */
export class Answer implements Answering {
  readonly #answering: Answering

  constructor(handshake: Handshake) {
    this.#answering = handshake.answering ?? new ConnectionAnswer(handshake)
  }

  /** The wire for the app's response. */
  wire(): Wire {
    return this.#answering.wire()
  }

  /** Answers with a status of the server, if the client has not left. */
  refuse(status: number): void {
    this.#answering.refuse(status)
  }
}

class ConnectionAnswer implements Answering {
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
      shortcuts: false,
    })
  }

  refuse(status: number): void {
    if (!this.#response.destroyed) refuse(this.#response, status, true)
  }
}
