/** Answers a handshake by a response, after which the connection ends. */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Responder } from '../../../protocol/response.ts'
import type {
  HeaderList,
  HTTPSendMessage,
  WebSocketDenialBodyMessage,
  WebSocketDenialStartMessage,
} from '../../../types.ts'
import { cut } from '../cut.ts'
import { Disconnect } from '../disconnect.ts'
import { endSoftly } from '../linger.ts'
import { refuse } from '../refuse.ts'
import { NodeWire } from '../wire.ts'

/** What Node hands over. */
export interface Handshake {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** What came behind the request. */
  readonly head: Buffer
}

/** A response to a request that was handed over, for which Node makes none. */
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
  refuse(responseTo(handshake), status, true, fields)
}

/** The answer of an app that does not want the socket, by the rules for any response. */
export class Answer {
  readonly #response: ServerResponse
  readonly #responder: Responder

  constructor(handshake: Handshake, headers: HeaderList) {
    const response = responseTo(handshake)
    const asked = { method: 'GET', httpVersion: '1.1', headers: [...headers] }
    this.#response = response
    const wire = new NodeWire(response, {
      departure: new Disconnect(handshake.request, response),
      endsConnection: () => true,
      shortcuts: false,
    })
    this.#responder = new Responder(asked, wire)
  }

  get started(): boolean {
    return this.#responder.phase !== 'waiting'
  }

  /** Whether nothing is missing, or the client has gone. */
  get settled(): boolean {
    const { phase } = this.#responder
    return phase === 'complete' || (this.#response.destroyed && phase !== 'aborted')
  }

  send(message: WebSocketDenialStartMessage | WebSocketDenialBodyMessage): Promise<void> {
    return this.#responder.send(asResponse(message))
  }

  /** The server's own, while the app's has not reached the client; otherwise only a cut is left. */
  refuse(status: number): void {
    if (this.#response.destroyed) return
    if (this.#response.headersSent) cut(this.#response)
    else refuse(this.#response, status, true)
  }
}

function asResponse(
  message: WebSocketDenialStartMessage | WebSocketDenialBodyMessage,
): HTTPSendMessage {
  return message.type === 'websocket.http.response.start'
    ? { ...message, type: 'http.response.start' }
    : { ...message, type: 'http.response.body' }
}
