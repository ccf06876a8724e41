/** Gives each request an id, by which the logs of several servers can be joined. */

import { changeStart } from '../authoring/changestart.ts'
import { lowerNames, withHeaders } from '../http/fieldlists.ts'
import { indexOfName, isHeaderName } from '../http/headers.ts'
import { named } from '../internal/apps.ts'
import { check, checkFunction, invalid } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { HeaderList, Middleware, Send } from '../types.ts'

export interface RequestIdOptions {
  /** The field that carries the id ('x-request-id'). */
  header?: string
  /**
   * Whether to use a valid id that the client sends (true). Set it to false for a public server, where
   * clients could send one id with many requests.
   */
  trusted?: boolean
  /** Makes an id (a random UUID). */
  generate?: () => string
}

/**
 * Sets `request.state.requestId`, and adds the id to the response.
 *
 * The id is that of the request if it has at most 128 characters, all of them letters, digits and
 * `-_.:+/=@`. Otherwise it is the trace id of a valid `traceparent`, or a new one. A response that already
 * has the field is not changed. Error responses and websockets get the id too.
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
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    const id = (trusted ? incomingId(scope.headers, header) : undefined) ?? checkId(generate())
    scope.state ??= {}
    scope.state['requestId'] = id
    const named = changeStart(send, (message) => withField(message, header, id))
    return app(scope, receive, scope.type === 'http' ? named : acceptingWith(header, id, named))
  }
  return named('requestId', middleware)
}

const ID = /^[\w\-.:+/=@]{1,128}$/
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/

/** Returns the id that a request carries, or undefined if the field is missing, invalid or repeated. */
export function incomingId(headers: HeaderList, header = 'x-request-id'): string | undefined {
  const id = singleValue(headers, header)
  if (id !== undefined && ID.test(id)) return id
  const trace = singleValue(headers, 'traceparent')
  return trace === undefined ? undefined : TRACEPARENT.exec(trace)?.[1]
}

function singleValue(headers: HeaderList, name: string): string | undefined {
  const index = indexOfName(headers, name)
  if (index < 0 || indexOfName(headers.slice(index + 2), name) >= 0) return undefined
  return headers[index + 1]
}

function checkId(id: string): string {
  if (typeof id === 'string' && ID.test(id)) return id
  const what = 'generate must return 1 to 128 letters, digits and -_.:+/=@'
  throw invalid('requestId', what, id, 'Correct the function')
}

/** Adds the field to a message that does not have it. */
function withField<Message extends { readonly headers?: HeaderList }>(
  message: Message,
  header: string,
  id: string,
): Message {
  const headers = lowerNames(message.headers ?? [])
  if (indexOfName(headers, header) >= 0) return message
  return withHeaders(message, [...headers, header, id])
}

/** Adds the field to the message that accepts a websocket too. */
function acceptingWith(header: string, id: string, send: Send): Send {
  return (message) =>
    send(message.type === 'websocket.accept' ? withField(message, header, id) : message)
}

function assertOptions(header: unknown, generate: unknown): void {
  const isName = typeof header === 'string' && isHeaderName(header)
  check('requestId', isName, 'header must be a field name', header, 'Use x-request-id')
  checkFunction('requestId', 'generate', generate, 'Write () => id')
}
