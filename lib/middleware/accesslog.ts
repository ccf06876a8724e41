/** Writes one structured line for each request. */

import { printable, redactedQuery } from '../authoring/observation/redaction.ts'
import { type Outcome, observe, routeTemplate } from '../authoring/observation.ts'
import { SECRETS } from '../http/secrets.ts'
import { named } from '../internal/apps.ts'
import { check, checkFunction } from '../internal/checks.ts'
import { asText } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { ConnectionScope, HTTPScope, Middleware, WebSocketScope } from '../types.ts'

/** One line of the access log. Control characters in text from the client are escaped. */
export interface AccessLogEntry {
  /** `GET`, or `WEBSOCKET`. */
  readonly method: string
  readonly path: string
  /** The path template of the route; null if no route matched. */
  readonly route: string | null
  /** The query string without the `?`. Redacted values are shown as `[redacted]`. */
  readonly query: string
  readonly status: number
  /** Bytes of the body that were sent. */
  readonly bytes: number
  /** Milliseconds until the response was sent, rounded to a tenth. */
  readonly duration: number
  readonly client: string | null
  readonly httpVersion: string
  /** The `requestId` of the state, if set. */
  readonly requestId?: string
  /** The display name of the user, if authenticated. */
  readonly user?: string
  /** The request fields listed in `headers`, by name. */
  readonly headers?: Readonly<Record<string, string>>
  /** True if the client disconnected before everything was sent. */
  readonly aborted?: true
  /** The name and message of the error that the app threw. */
  readonly error?: string
}

/** The two methods that the logger must have. Loggers of pino, bunyan and winston have them. */
export interface AccessLogger {
  info(entry: AccessLogEntry, message: string): unknown
  error(entry: AccessLogEntry, message: string): unknown
}

export interface AccessLogOptions {
  /**
   * Its `error` is called for a status of 500 or more or an error of the app, otherwise its `info` (writes
   * one JSON line with the time to stdout).
   */
  logger?: AccessLogger
  /** Names of request fields to log (none). Fields with credentials are redacted nevertheless. */
  headers?: readonly string[]
  /** More names of query parameters and fields to redact, case-insensitive (none). */
  redact?: readonly string[]
  /** Requests for which this returns true are not logged, such as health checks (none). */
  skip?: (scope: HTTPScope | WebSocketScope) => boolean
}

/**
 * Logs method, path, route, status, bytes, duration and client of each request, after its response was
 * sent. Make it the outermost middleware.
 *
 * Text from the client is escaped: it cannot start a line or send control characters to a terminal.
 * Query parameters and fields whose names suggest credentials are redacted. Errors of the logger do not
 * affect the response.
 *
 * @throws TypeError if the logger lacks `info` or `error`, or if a list of names is invalid.
 * @example
 * const lines: unknown[] = []
 * const logger = { info: (entry: object) => lines.push(entry), error: console.error }
 * const logged = accessLog({ logger, headers: ['user-agent'], redact: ['email'] })(app)
 */
export function accessLog(options: AccessLogOptions = {}): Middleware {
  knownOptions('accessLog', options, 'logger headers redact skip')
  const { logger = toStdout, headers = [], redact = [], skip = () => false } = options
  assertOptions(logger, headers, redact)
  checkFunction('accessLog', 'skip', skip, 'Write ({ path }) => …')
  const secrets = new Set([...SECRETS, ...redact].map((name) => name.toLowerCase()))
  const names = headers.map((name) => name.toLowerCase())
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (skip(scope)) return app(scope, receive, send)
    return observe(app, scope, receive, send, (outcome) => {
      const entry = entryOf(scope, outcome, names, secrets)
      const level = entry.status >= 500 || outcome.error !== undefined ? 'error' : 'info'
      return logger[level](entry, `${entry.method} ${entry.path} ${entry.status}`)
    })
  }
  return named('accessLog', middleware)
}

/** Returns the log entry of a request. */
export function entryOf(
  scope: HTTPScope | WebSocketScope,
  outcome: Outcome,
  names: readonly string[],
  secrets: ReadonlySet<string>,
): AccessLogEntry {
  const requestId = scope.state?.['requestId']
  const { aborted, error } = outcome
  const entry: { -readonly [Name in keyof AccessLogEntry]: AccessLogEntry[Name] } = {
    method: scope.type === 'http' ? printable(scope.method) : 'WEBSOCKET',
    path: printable(scope.path),
    route: routeTemplate(scope) ?? null,
    query: redactedQuery(scope.queryString, secrets),
    status: outcome.status,
    bytes: outcome.bytes,
    duration: Math.round(outcome.duration * 10) / 10,
    client: scope.client?.host ?? null,
    httpVersion: scope.httpVersion,
  }
  if (typeof requestId === 'string') entry.requestId = printable(requestId)
  if (scope.user?.isAuthenticated) entry.user = printable(scope.user.displayName)
  if (names.length > 0) entry.headers = fieldsOf(scope, names, secrets)
  if (aborted) entry.aborted = true
  if (error !== undefined) entry.error = printable(asText(error))
  return entry
}

function fieldsOf(
  { headers }: ConnectionScope,
  names: readonly string[],
  secrets: ReadonlySet<string>,
): Record<string, string> {
  const fields: Record<string, string> = {}
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const [name = '', value = ''] = headers.slice(index, index + 2)
    if (!names.includes(name)) continue
    const shown = secrets.has(name) ? '[redacted]' : printable(value)
    fields[name] = Object.hasOwn(fields, name) ? `${fields[name]}, ${shown}` : shown
  }
  return fields
}

function writeLine(entry: AccessLogEntry): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...entry }))
}

const toStdout: AccessLogger = { info: writeLine, error: writeLine }

function assertOptions(logger: AccessLogger, ...lists: readonly unknown[]): void {
  const isLogger = typeof logger?.info === 'function' && typeof logger.error === 'function'
  check('accessLog', isLogger, 'the logger must have info and error', logger, 'Pass pino()')
  for (const list of lists) {
    check(
      'accessLog',
      Array.isArray(list) && list.every((name) => typeof name === 'string'),
      'headers and redact must be lists of names',
      list,
      "Write headers: ['user-agent']",
    )
  }
}
