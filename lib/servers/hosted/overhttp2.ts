/** Serves HTTP/2 requests of a host, which have Node's compatibility request and response. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { run } from '../../protocol/run.ts'
import type { App, HeaderList, Send } from '../../types.ts'
import { StreamExchange } from '../node/http2/exchange.ts'
import { refuseStream } from '../node/http2/refuse.ts'
import { readStreamRequestHead } from '../node/http2/requesthead.ts'
import type { Service } from '../node/service.ts'
import type { LocatedRequest } from './site.ts'

/** The stream of a request; undefined for HTTP/1.1. */
export function streamOf(request: IncomingMessage): ServerHttp2Stream | undefined {
  if (request.httpVersionMajor < 2) return undefined
  const { stream } = request as { stream?: Partial<ServerHttp2Stream> }
  return typeof stream?.respond === 'function' ? (stream as ServerHttp2Stream) : undefined
}

/**
 * Serves a request by its stream. Fields that the host has set on the response are kept, unless the app sends
 * the same field.
 *
 * @param isRead Whether the host has read the body.
 * @param takesOver Called if the app has ended and nothing was sent; returns whether the host answers
 * instead.
 */
export function exchangeStream(
  service: Service,
  stream: ServerHttp2Stream,
  request: IncomingMessage,
  response: ServerResponse,
  target: LocatedRequest['target'],
  isRead: boolean,
  takesOver: (error: unknown) => boolean,
): void {
  // The host's server has already checked the size.
  const head = readStreamRequestHead(request.rawHeaders, Number.POSITIVE_INFINITY)
  if (typeof head === 'number') {
    refuseStream(stream, head)
    return
  }
  if (target === undefined || head.protocol !== undefined) {
    refuseStream(stream, target === undefined ? 400 : 501)
    return
  }
  const app = keepingFields(service.app, response)
  const owner = { socket: request.socket, abandoned: () => {}, forgotten: () => {}, takesOver }
  const announced = isRead ? 0 : head.announced
  run(app, new StreamExchange(service, stream, { ...head, target, announced }, owner))
}

/** Adds the fields that the host has set on the response to those of the app. */
function keepingFields(app: App, response: ServerResponse): App {
  const fields: OutgoingHttpHeaders = response.getHeaders()
  if (Object.keys(fields).length === 0) return app
  return (scope, receive, send) => {
    const sending: Send = (message) => {
      if (message.type !== 'http.response.start') return send(message)
      return send({ ...message, headers: mergeFields(fields, message.headers) })
    }
    return app(scope, receive, sending)
  }
}

/** Fields of which both values are sent. */
const SHARED = new Set(['set-cookie', 'vary', 'link'])

function mergeFields(fields: OutgoingHttpHeaders, headers: HeaderList): HeaderList {
  const own = new Set(headers.filter((_, index) => index % 2 === 0).map((n) => n.toLowerCase()))
  const kept = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined || (own.has(name) && !SHARED.has(name))) return []
    return [value].flat().flatMap((one) => [name, String(one)])
  })
  return [...kept, ...headers]
}
