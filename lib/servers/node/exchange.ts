/** One request and its response: calls the app, and brings the exchange to an end whatever it does. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClientDisconnected, ProtocolError } from '../../exceptions.ts'
import { ACCEPTED, type App, type HTTPScope, type ReceiveMessage, type Send } from '../../types.ts'
import { Departure } from './departure.ts'
import { bodyLength, Incoming } from './incoming.ts'
import { Outgoing } from './outgoing.ts'
import { buildScope, Refusal, type Site } from './scope.ts'

/** What a server does with exchanges. */
export interface Service {
  readonly app: App
  readonly site: Site
  /** Whether connections are to be closed after their response. */
  readonly closing: boolean
  readonly onError: (error: unknown, scope: HTTPScope) => void
}

/** Bodies that nobody reads are discarded up to this size; larger ones end the connection. */
const MOST_DISCARDED = 65_536

/**
 * Runs one exchange; undefined when it is over already, otherwise a promise of its end, background
 * work included, which never rejects.
 */
export function exchange(
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): Promise<void> | undefined {
  const departure = new Departure(response)
  const scope = buildScope(request, service.site, (listener) => departure.listen(listener))
  if (scope instanceof Refusal) {
    refuse(response, scope.status)
    return undefined
  }
  // Most requests have no body that anybody asks for: what reads it is made when somebody does.
  let incoming: Incoming | undefined
  const reading = (): Incoming => {
    incoming ??= new Incoming(request, response, bodyLength(scope.headers), expectsContinue)
    return incoming
  }
  const receive = (): Promise<ReceiveMessage> => {
    if (incoming === undefined) departure.listen(() => incoming?.end())
    return reading().receive()
  }
  const isLast = (): boolean => service.closing || leavesBody(incoming ?? reading())
  const outgoing = new Outgoing(response, scope, departure, isLast)
  const send: Send = (message) => outgoing.send(message)
  const end = (error?: unknown): void => {
    if (!outgoing.complete) fail(error ?? incomplete(outgoing), service, scope, response, outgoing)
    else if (error !== undefined) service.onError(error, scope)
    incoming?.end()
  }
  const done = call(service.app, scope, receive, send)
  if (done === ACCEPTED && outgoing.complete) {
    incoming?.end()
    return undefined
  }
  return done.then(
    () => end(),
    (error: unknown) => end(error ?? new Error('the app rejected with nothing')),
  )
}

/** An app that is no async function may throw before it returns a promise. */
function call(app: App, ...channels: Parameters<App>): Promise<void> {
  try {
    return app(...channels)
  } catch (error) {
    return Promise.reject(error)
  }
}

/** A request body that is still under way, and more than can be thrown away. */
function leavesBody({ heldBack, remaining }: Incoming): boolean {
  return remaining > 0 && (heldBack || remaining > MOST_DISCARDED)
}

function incomplete(outgoing: Outgoing): ProtocolError {
  return new ProtocolError(
    outgoing.flushed
      ? 'the app ended before its response was complete. Is a last body message, or an await, missing?'
      : 'the app ended without a response. Is a return or an await missing?',
  )
}

/** Before anything was sent a 500 is possible; afterwards only a cut says that something is missing. */
function fail(
  error: unknown,
  service: Service,
  scope: HTTPScope,
  response: ServerResponse,
  outgoing: Outgoing,
): void {
  if (!(error instanceof ClientDisconnected)) service.onError(error, scope)
  if (response.destroyed) return
  if (outgoing.flushed) response.destroy()
  else refuse(response, 500)
}

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

/** An answer of the server's own; a request that was not understood ends the connection. */
function refuse(response: ServerResponse, status: number): void {
  const text = TEXTS[status] ?? ''
  const headers = [
    'content-type',
    'text/plain; charset=utf-8',
    'content-length',
    String(text.length),
  ]
  if (status !== 500) headers.push('connection', 'close')
  response.writeHead(status, headers)
  response.end(text)
}
