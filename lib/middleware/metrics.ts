/** Counts and times requests, for Prometheus. */

import { type Outcome, observe, routeTemplate } from '../authoring/observation.ts'
import { METHODS } from '../http/methods.ts'
import { knownOptions } from '../internal/knownoptions.ts'
import { must, mustRange } from '../internal/must.ts'
import { PlainTextResponse } from '../responses/bodies.ts'
import type { HTTPScope, Middleware, WebSocketScope } from '../types.ts'
import { Family, Histogram, heading, type Labels, line } from './metrics/series.ts'

export interface MetricsOptions {
  /** Upper bounds of the duration buckets, in ascending seconds (eleven, from 5 ms to 10 s). */
  buckets?: readonly number[]
  /** The prefix of all metric names ('http_'). */
  prefix?: string
  /** The most label sets per metric (1000); more are counted under the route `other`. */
  maxSeries?: number
  /** Requests for which this returns true are not counted, such as those for the metrics (none). */
  skip?: (scope: HTTPScope | WebSocketScope) => boolean
}

/** The middleware, and access to its metrics. */
export interface Metrics extends Middleware {
  /** A handler that shows the metrics, for a route of your choice. */
  readonly expose: () => PlainTextResponse
  /** The metrics as text. */
  readonly render: () => string
}

/**
 * Counts requests by method, route and status, their durations and bytes by method and route, and the
 * requests in flight: `http_requests_total`, `http_request_duration_seconds`,
 * `http_response_body_bytes_total`, `http_requests_in_flight`.
 *
 * The label is the path template of the route, such as `/users/{id:int}`, or `none` without a route, so
 * that clients cannot create labels. Each process counts separately.
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
  knownOptions('metrics', options, 'buckets prefix maxSeries skip')
  const { skip = () => false } = options
  const counts = new Counts(options)
  const middleware: Middleware = (app) => (scope, receive, send) => {
    if (scope.type !== 'http' && scope.type !== 'websocket') return app(scope, receive, send)
    if (skip(scope)) return app(scope, receive, send)
    counts.inFlight++
    return observe(app, scope, receive, send, (outcome) => counts.add(scope, outcome))
  }
  const render = (): string => counts.render()
  const expose = (): PlainTextResponse =>
    new PlainTextResponse(render(), { mediaType: 'text/plain; version=0.0.4; charset=utf-8' })
  return Object.assign(middleware, { expose, render })
}

/** The labels of a request: a known method, and a route of the program. */
export function labelsOf(scope: HTTPScope | WebSocketScope): { method: string; route: string } {
  const route = routeTemplate(scope) ?? 'none'
  if (scope.type === 'websocket') return { method: 'WEBSOCKET', route }
  return { method: METHODS.includes(scope.method) ? scope.method : 'OTHER', route }
}

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

class Counts {
  readonly #prefix: string
  readonly #requests: Family<{ count: number }>
  readonly #durations: Family<Histogram>
  readonly #bytes: Family<{ count: number }>
  inFlight = 0

  constructor({ buckets = BUCKETS, prefix = 'http_', maxSeries = 1000 }: MetricsOptions) {
    assertOptions(buckets, prefix, maxSeries)
    const bounds = [...buckets]
    this.#prefix = prefix
    this.#requests = new Family(maxSeries, () => ({ count: 0 }))
    this.#durations = new Family(maxSeries, () => new Histogram(bounds))
    this.#bytes = new Family(maxSeries, () => ({ count: 0 }))
  }

  add(scope: HTTPScope | WebSocketScope, { status, duration, bytes }: Outcome): void {
    const labels = labelsOf(scope)
    const others = { ...labels, route: 'other' }
    const withStatus = (by: Labels): Labels => ({ ...by, status: String(status) })
    this.inFlight--
    this.#requests.at(withStatus(labels), withStatus(others)).count++
    this.#durations.at(labels, others).observe(duration / 1000)
    this.#bytes.at(labels, others).count += bytes
  }

  render(): string {
    const requests = `${this.#prefix}requests_total`
    const durations = `${this.#prefix}request_duration_seconds`
    const bytes = `${this.#prefix}response_body_bytes_total`
    const inFlight = `${this.#prefix}requests_in_flight`
    let text = heading(requests, 'counter', 'Requests that were answered.')
    for (const { labels, value } of this.#requests) text += line(requests, labels, value.count)
    text += heading(durations, 'histogram', 'Time until the response was sent.')
    for (const { labels, value } of this.#durations) text += value.render(durations, labels)
    text += heading(bytes, 'counter', 'Bytes of response bodies that were sent.')
    for (const { labels, value } of this.#bytes) text += line(bytes, labels, value.count)
    text += heading(inFlight, 'gauge', 'Requests that are being answered.')
    return text + line(inFlight, {}, this.inFlight)
  }
}

function assertOptions(buckets: readonly number[], prefix: string, maxSeries: number): void {
  const rises = (bound: number, index: number): boolean =>
    Number.isFinite(bound) && bound > (buckets[index - 1] ?? 0)
  mustRange(
    'metrics',
    Array.isArray(buckets) && buckets.length > 0 && buckets.every(rises),
    'buckets must be ascending seconds',
    buckets,
    'Write buckets: [0.01, 0.1, 1]',
  )
  const isCount = Number.isInteger(maxSeries) && maxSeries > 0
  const fix = 'Leave it out for 1000'
  mustRange('metrics', isCount, 'maxSeries must be a positive integer', maxSeries, fix)
  must(
    'metrics',
    typeof prefix === 'string' && /^(?:[A-Za-z_:][\w:]*)?$/.test(prefix),
    'the prefix must have letters, digits and _ only',
    prefix,
    "Write prefix: 'shop_'",
  )
}
