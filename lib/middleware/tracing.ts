/** Makes a span for each request; needs the package @opentelemetry/api, and an SDK that exports spans. */

import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api'
import { redactedQuery } from '../authoring/observation/redaction.ts'
import { type Outcome, observe, routeTemplate } from '../authoring/observation.ts'
import { Headers } from '../http/headers.ts'
import { hostHeader, hostName } from '../http/hosts.ts'
import { METHODS } from '../http/methods.ts'
import { SECRETS } from '../http/secrets.ts'
import { named } from '../internal/apps.ts'
import { check, checkFunction } from '../internal/checks.ts'
import { asText } from '../internal/handled.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import type { HeaderList, HTTPScope, Middleware, WebSocketScope } from '../types.ts'

/** The method that a tracer must have. A tracer of @opentelemetry/api has it. */
export interface SpanMaker {
  startSpan(name: string, options?: object, context?: Context): Span
}

export interface TracingOptions {
  /** Makes the spans (the tracer `stellula` of the registered provider). */
  tracer?: SpanMaker
  /**
   * Whether to continue the client's trace (true). With false each request starts a new trace that links
   * to it.
   */
  continueTraces?: boolean
  /** Requests for which this returns true get no span, such as health checks (none). */
  skip?: (scope: HTTPScope | WebSocketScope) => boolean
}

/**
 * Makes a server span for each request, by the HTTP conventions of OpenTelemetry. Its name is the method
 * and the route, such as `GET /users/{id:int}`. Its status is an error if the HTTP status is 500 or more,
 * or if the app threw.
 *
 * The span is active while the app runs, so spans that the app makes are its children. It ends when the
 * response was sent. Query parameters whose names suggest credentials are redacted. Set `continueTraces`
 * to false for untrusted clients, which could otherwise control sampling.
 *
 * @throws TypeError if the tracer has no `startSpan`.
 * @example
 * const traced = tracing({ skip: ({ path }) => path === '/health' })(app)
 */
export function tracing(options: TracingOptions = {}): Middleware {
  knownOptions('tracing', options, 'tracer continueTraces skip')
  const {
    tracer = trace.getTracer('stellula'),
    continueTraces = true,
    skip = () => false,
  } = options
  assertTracer(tracer)
  checkFunction('tracing', 'skip', skip, 'Write ({ path }) => …')
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (skip(scope)) return app(scope, receive, send)
    const remote = propagation.extract(context.active(), scope.headers, FIELDS)
    const span = start(tracer, scope, remote, continueTraces)
    const parent = continueTraces ? remote : ROOT_CONTEXT
    return context.with(trace.setSpan(parent, span), () =>
      observe(app, scope, receive, send, (outcome) => finish(span, scope, outcome)),
    )
  }
  return named('tracing', middleware)
}

/** Reads request fields for propagators. */
export const FIELDS: TextMapGetter<HeaderList> = Object.freeze({
  get: (headers: HeaderList, name: string) => new Headers(headers).get(name) ?? undefined,
  keys: (headers: HeaderList) => headers.filter((_, index) => index % 2 === 0),
})

function start(
  tracer: SpanMaker,
  scope: HTTPScope | WebSocketScope,
  remote: Context,
  continueTraces: boolean,
): Span {
  const client = trace.getSpanContext(remote)
  const links = continueTraces || client === undefined ? [] : [{ context: client }]
  const attributes = attributesOf(scope)
  const settings = { kind: SpanKind.SERVER, attributes, links, root: !continueTraces }
  return tracer.startSpan(methodOf(scope), settings, remote)
}

function finish(span: Span, scope: HTTPScope | WebSocketScope, outcome: Outcome): void {
  const { status, error } = outcome
  const route = routeTemplate(scope)
  if (route !== undefined) {
    span.updateName(`${methodOf(scope)} ${route}`)
    span.setAttribute('http.route', route)
  }
  span.setAttribute('http.response.status_code', status)
  if (error !== undefined) span.recordException(error instanceof Error ? error : asText(error))
  const type = faultOf(outcome)
  if (type !== undefined) {
    span.setAttribute('error.type', type)
    span.setStatus({ code: SpanStatusCode.ERROR })
  }
  span.end()
}

/**
 * Returns the `error.type`: the class of the error, or the status. There are few different values. Returns
 * undefined for success.
 */
export function faultOf({ status, error }: Pick<Outcome, 'status' | 'error'>): string | undefined {
  if (status < 500 && error === undefined) return undefined
  // Errors that a client caused, such as an HTTPException with 4xx, are not errors of the server.
  if (status >= 400 && status < 500) return undefined
  return error instanceof Error ? error.name : String(status)
}

/** Returns a known method, so clients cannot create new span names. */
function methodOf(scope: HTTPScope | WebSocketScope): string {
  if (scope.type === 'websocket') return 'GET'
  return METHODS.includes(scope.method) ? scope.method : 'HTTP'
}

const REDACTED: ReadonlySet<string> = new Set(SECRETS)

/** Returns the attributes that are known before the app runs. */
export function attributesOf(scope: HTTPScope | WebSocketScope): Attributes {
  const headers = new Headers(scope.headers)
  const method = methodOf(scope)
  const isKnown = method !== 'HTTP'
  const attributes: Attributes = {
    'http.request.method': isKnown ? method : '_OTHER',
    'http.request.method_original':
      isKnown || scope.type === 'websocket' ? undefined : scope.method,
    'url.scheme': scope.scheme,
    'url.path': scope.path,
    'url.query': redactedQuery(scope.queryString, REDACTED) || undefined,
    'network.protocol.version': scope.httpVersion,
    'server.address': hostName(hostHeader(scope)) || scope.server?.host,
    'server.port': scope.server?.port ?? undefined,
    'client.address': scope.client?.host,
    'client.port': scope.client?.port,
    'user_agent.original': headers.get('user-agent') ?? undefined,
  }
  for (const name of Object.keys(attributes)) {
    if (attributes[name] === undefined) delete attributes[name]
  }
  return attributes
}

function assertTracer(tracer: unknown): void {
  check(
    'tracing',
    typeof (tracer as Partial<SpanMaker> | null)?.startSpan === 'function',
    'the tracer must have startSpan',
    tracer,
    "Pass trace.getTracer('shop') of @opentelemetry/api",
  )
}
