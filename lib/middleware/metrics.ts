/** Counts and times requests, for Prometheus. */

import { observe, routeTemplate } from '../authoring/observation.ts'
import { METHODS } from '../http/methods.ts'
import { named } from '../internal/apps.ts'
import { check, checkFunction, checkRange } from '../internal/checks.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { PlainTextResponse } from '../responses/bodies.ts'
import type { HTTPScope, Middleware, WebSocketScope } from '../types.ts'
import { Counts, type MetricsSnapshot } from './metrics/counts.ts'
import { type EventLoopDelay, renderDelay } from './metrics/eventloop.ts'

export type { MetricsSnapshot } from './metrics/counts.ts'
export type { EventLoopDelay } from './metrics/eventloop.ts'

export interface MetricsOptions {
  /** Upper bounds of the duration buckets, in ascending seconds (eleven, from 5 ms to 10 s). */
  buckets?: readonly number[]
  /** The prefix of all metric names ('http_'). */
  prefix?: string
  /**
   * The maximum number of label sets per metric (1000). Further ones are counted under the route `other`.
   */
  maxSeries?: number
  /** Requests for which this returns true are not counted, for example requests for the metrics (none). */
  skip?: (scope: HTTPScope | WebSocketScope) => boolean
  /**
   * The histogram of `monitorEventLoopDelay()` of `node:perf_hooks`. It is rendered as
   * `nodejs_eventloop_delay_seconds`, and then reset (not measured).
   */
  eventLoopDelay?: EventLoopDelay
}

/** The middleware, with functions that return its metrics. */
export interface Metrics extends Middleware {
  /** A handler that responds with the metrics, for a route of your choice. */
  readonly expose: () => PlainTextResponse
  /** Returns the metrics as text. */
  readonly render: () => string
  /** Returns the metrics as plain data, for example for `clusterMetrics()`. */
  readonly snapshot: () => MetricsSnapshot
}

/**
 * Counts requests by method, route and status, their durations and bytes by method and route, and the
 * requests in flight: `http_requests_total`, `http_request_duration_seconds`,
 * `http_response_body_bytes_total`, `http_requests_in_flight`.
 *
 * The label is the path template of the route, such as `/users/{id:int}`, or `none` without a route. So
 * clients cannot create labels. Each process counts separately. `clusterMetrics()` of
 * `stellula/servers/cluster` adds the counts of a cluster.
 *
 * @throws RangeError if `buckets` are not ascending or `maxSeries` is not a positive integer.
 * @throws TypeError if the prefix is invalid in metric names.
 * @example
 * const counted = metrics({ skip: ({ path }) => path === '/metrics' })
 * const app = Application({
 *   middleware: [counted],
 *   routes: [Route('/', home), Route('/metrics', counted.expose)],
 * })
 */
export function metrics(options: MetricsOptions = {}): Metrics {
  knownOptions('metrics', options, 'buckets prefix maxSeries skip eventLoopDelay')
  const { eventLoopDelay } = options
  const { skip = () => false, buckets = BUCKETS, prefix = 'http_', maxSeries = 1000 } = options
  assertOptions(buckets, prefix, maxSeries)
  checkFunction('metrics', 'skip', skip, 'Write ({ path }) => …')
  const counts = new Counts({ buckets, prefix, maxSeries })
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (skip(scope)) return app(scope, receive, send)
    counts.inFlight++
    return observe(app, scope, receive, send, (outcome) => counts.add(labelsOf(scope), outcome))
  }
  const render = (): string =>
    counts.render() + (eventLoopDelay === undefined ? '' : renderDelay(eventLoopDelay))
  const expose = (): PlainTextResponse =>
    new PlainTextResponse(render(), { mediaType: METRICS_TYPE })
  const snapshot = (): MetricsSnapshot => counts.snapshot()
  return Object.assign(named('metrics', middleware), { expose, render, snapshot })
}

/** Returns the labels of a request: a known method, and a route of the program. */
export function labelsOf(scope: HTTPScope | WebSocketScope): { method: string; route: string } {
  const route = routeTemplate(scope) ?? 'none'
  if (scope.type === 'websocket') return { method: 'WEBSOCKET', route }
  return { method: METHODS.includes(scope.method) ? scope.method : 'OTHER', route }
}

/** The media type of the text format of Prometheus. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

function assertOptions(buckets: readonly number[], prefix: string, maxSeries: number): void {
  const rises = (bound: number, index: number): boolean =>
    Number.isFinite(bound) && bound > (buckets[index - 1] ?? 0)
  checkRange(
    'metrics',
    Array.isArray(buckets) && buckets.length > 0 && buckets.every(rises),
    'buckets must be ascending seconds',
    buckets,
    'Write buckets: [0.01, 0.1, 1]',
  )
  const isCount = Number.isInteger(maxSeries) && maxSeries > 0
  const fix = 'Leave it out for 1000'
  checkRange('metrics', isCount, 'maxSeries must be a positive integer', maxSeries, fix)
  check(
    'metrics',
    typeof prefix === 'string' && /^(?:[A-Za-z_:][\w:]*)?$/.test(prefix),
    'the prefix must have letters, digits and _ only',
    prefix,
    "Write prefix: 'shop_'",
  )
}
