/** The counts by labels, of this process or of several together. */
import type { Outcome } from '../../authoring/observation.ts'
import { Family, Histogram, type HistogramCounts, heading, type Labels, line } from './series.ts'

/** A value for each label set. */
type Series<Value> = readonly (readonly [labels: Labels, value: Value])[]

/** Counts as plain data, to add those of several processes. */
export interface MetricsSnapshot {
  readonly prefix: string
  readonly buckets: readonly number[]
  readonly maxSeries: number
  readonly requests: Series<number>
  readonly durations: Series<HistogramCounts>
  readonly bytes: Series<number>
  readonly inFlight: number
}

interface CountsOptions {
  readonly buckets: readonly number[]
  readonly prefix: string
  readonly maxSeries: number
}

export class Counts {
  readonly #options: CountsOptions
  readonly #requests: Family<{ count: number }>
  readonly #durations: Family<Histogram>
  readonly #bytes: Family<{ count: number }>
  inFlight = 0

  constructor({ buckets, prefix, maxSeries }: CountsOptions) {
    const bounds = [...buckets]
    this.#options = { buckets: bounds, prefix, maxSeries }
    this.#requests = new Family(maxSeries, () => ({ count: 0 }))
    this.#durations = new Family(maxSeries, () => new Histogram(bounds))
    this.#bytes = new Family(maxSeries, () => ({ count: 0 }))
  }

  add(labels: Labels, { status, duration, bytes }: Outcome): void {
    const others = othersOf(labels)
    const withStatus = (by: Labels): Labels => ({ ...by, status: String(status) })
    this.inFlight--
    this.#requests.at(withStatus(labels), withStatus(others)).count++
    this.#durations.at(labels, others).observe(duration / 1000)
    this.#bytes.at(labels, others).count += bytes
  }

  /** Adds the counts of another process, which must have the same buckets. */
  addAll({ requests, durations, bytes, inFlight }: MetricsSnapshot): void {
    for (const [labels, count] of requests) {
      this.#requests.at(labels, othersOf(labels)).count += count
    }
    for (const [labels, counts] of durations) {
      this.#durations.at(labels, othersOf(labels)).add(counts)
    }
    for (const [labels, count] of bytes) this.#bytes.at(labels, othersOf(labels)).count += count
    this.inFlight += inFlight
  }

  snapshot(): MetricsSnapshot {
    const counted = ({ count }: { count: number }): number => count
    return {
      ...this.#options,
      requests: this.#requests.series(counted),
      durations: this.#durations.series((histogram) => histogram.counts()),
      bytes: this.#bytes.series(counted),
      inFlight: this.inFlight,
    }
  }

  render(): string {
    const { prefix } = this.#options
    const requests = `${prefix}requests_total`
    const durations = `${prefix}request_duration_seconds`
    const bytes = `${prefix}response_body_bytes_total`
    const inFlight = `${prefix}requests_in_flight`
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

function othersOf(labels: Labels): Labels {
  return { ...labels, route: 'other' }
}
