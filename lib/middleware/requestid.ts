/** Gives each request an id that the logs of all its servers share. */

import { changeStart } from '../authoring/changestart.ts'
import { lowerNames, withHeaders } from '../http/fieldlists.ts'
import { indexOfName, isHeaderName } from '../http/headers.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, wrong } from '../internal/must.ts'
import type { HeaderList, Middleware, Send } from '../types.ts'

export interface RequestIdOptions {
  /** The field that carries the id ('x-request-id'). */
  header?: string
  /**
   * Whether to use a valid id that the client sends (true). Set it to false at the edge, where clients
   * could give many requests one id.
   */
  trusted?: boolean
  /** Makes an id (a random UUID). */
  generate?: () => string
}

/**
 * Sets `request.state.requestId`, and adds the id to the response.
 *
 * It is the id of the request, if that has up to 128 letters, digits and `-_.:+/=@` only; else the trace
 * id of a valid `traceparent`; else a new one. A response that has the field keeps it; error responses
 * carry it too. Websockets get an id as well.
 *
 * @throws TypeError if `header` or `generate` is invalid.
 * @example
 * Application({
 *   routes: [Route('/', ({ state }) => new PlainTextResponse(`${state['requestId']}`))],
 *   middleware: [requestId()],
 * })
 */
export function requestId(options: RequestIdOptions = {}): Middleware {
  knownOptions('requestId', options, 'header trusted generate')
  const { trusted = true, generate = () => crypto.randomUUID() } = options
  const { header: name = 'x-request-id' } = options
  assertOptions(name, generate)
  const header = name.toLowerCase()
  return (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const id = (trusted ? incomingId(scope.headers, header) : undefined) ?? checked(generate())
    scope.state ??= {}
    scope.state['requestId'] = id
    const named = changeStart(send, (message) => withField(message, header, id))
    return app(scope, receive, scope.type === 'http' ? named : acceptingWith(header, id, named))
  }
}

const ID = /^[\w\-.:+/=@]{1,128}$/
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/

/**
 * The id that a request carries, or undefined if the field is invalid or repeated.
 */
export function incomingId(headers: HeaderList, header = 'x-request-id'): string | undefined {
  const id = only(headers, header)
  if (id !== undefined && ID.test(id)) return id
  const trace = only(headers, 'traceparent')
  return trace === undefined ? undefined : TRACEPARENT.exec(trace)?.[1]
}

function only(headers: HeaderList, name: string): string | undefined {
  const index = indexOfName(headers, name)
  if (index < 0 || indexOfName(headers.slice(index + 2), name) >= 0) return undefined
  return headers[index + 1]
}

function checked(id: string): string {
  if (typeof id === 'string' && ID.test(id)) return id
  const what = 'generate must return 1 to 128 letters, digits and -_.:+/=@'
  throw wrong('requestId', what, id, 'Correct the function')
}

/** The message with this field added, unless it has one of that name. */
function withField<Message extends { readonly headers?: HeaderList }>(
  message: Message,
  header: string,
  id: string,
): Message {
  const headers = lowerNames(message.headers ?? [])
  if (indexOfName(headers, header) >= 0) return message
  return withHeaders(message, [...headers, header, id])
}

/** The message that accepts a websocket may have fields too. */
function acceptingWith(header: string, id: string, send: Send): Send {
  return (message) =>
    send(message.type === 'websocket.accept' ? withField(message, header, id) : message)
}

function assertOptions(header: unknown, generate: unknown): void {
  const isName = typeof header === 'string' && isHeaderName(header)
  must('requestId', isName, 'header must be a field name', header, 'Use x-request-id')
  const isFunction = typeof generate === 'function'
  must('requestId', isFunction, 'generate must be a function', generate, 'Write () => id')
}
