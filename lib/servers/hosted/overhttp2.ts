/** Requests that a host takes over HTTP/2, by Node's compatible request and response. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { App, HeaderList, Send } from '../../types.ts'
import { readStreamAsked } from '../node/http2/asked.ts'
import { StreamExchange } from '../node/http2/exchange.ts'
import { refuseStream } from '../node/http2/refuse.ts'
import type { Service } from '../node/service.ts'
import type { Located } from './site.ts'

/** The stream behind a request; undefined for one of HTTP/1.1. */
export function streamOf(request: IncomingMessage): ServerHttp2Stream | undefined {
  if (request.httpVersionMajor < 2) return undefined
  const { stream } = request as { stream?: Partial<ServerHttp2Stream> }
  return typeof stream?.respond === 'function' ? (stream as ServerHttp2Stream) : undefined
}

/**
 * Serves a request by its stream. What the host has set on the response is kept, but for the fields
 * that the app sends.
 *
 * @param isRead Whether the host has read the body.
 * @param takesOver Asked when the app has ended and nothing was sent: whether the host goes on instead.
 */
export function exchangeStream(
  service: Service,
  stream: ServerHttp2Stream,
  request: IncomingMessage,
  response: ServerResponse,
  target: Located['target'],
  isRead: boolean,
  takesOver: (error: unknown) => boolean,
): void {
  // The host's server has checked the size.
  const asked = readStreamAsked(request.rawHeaders, Number.POSITIVE_INFINITY)
  if (typeof asked === 'number' || target === undefined || asked.protocol !== undefined) {
    refuseStream(stream, typeof asked === 'number' ? asked : target === undefined ? 400 : 501)
    return
  }
  const app = keepingFields(service.app, response)
  const owner = { socket: request.socket, abandoned: () => {}, forgotten: () => {}, takesOver }
  const announced = isRead ? 0 : asked.announced
  new StreamExchange({ ...service, app }, stream, { ...asked, target, announced }, owner).run()
}

/** Sends along what the host has set on a response that it has not sent. */
function keepingFields(app: App, response: ServerResponse): App {
  const fields: OutgoingHttpHeaders = response.getHeaders()
  if (Object.keys(fields).length === 0) return app
  return (scope, receive, send) => {
    const sending: Send = (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: merged(fields, message.headers) })
    }
    return app(scope, receive, sending)
  }
}

/** Fields that both may send. */
const SHARED = new Set(['set-cookie', 'vary', 'link'])

function merged(fields: OutgoingHttpHeaders, headers: HeaderList): HeaderList {
  const own = new Set(headers.filter((_, index) => index % 2 === 0).map((n) => n.toLowerCase()))
  const kept = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined || (own.has(name) && !SHARED.has(name))) return []
    return [value].flat().flatMap((one) => [name, String(one)])
  })
  return [...kept, ...headers]
}
