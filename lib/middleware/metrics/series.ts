/** Values by labels, in the text format of Prometheus (version 0.0.4). */

/** Labels of one series, in output order. */
export type Labels = Readonly<Record<string, string>>

/** Returns a line such as `name{a="b"} 1`, with escaped values. */
export function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${writeNumber(value)}\n`
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))
}

function writeNumber(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
}

/** Returns the help and type lines of a metric. */
export function heading(
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  help: string,
): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
}

/** A value for each label set, up to a limit. */
export class Family<Value> {
  readonly #most: number
  readonly #make: () => Value
  readonly #series = new Map<string, { readonly labels: Labels; readonly value: Value }>()

  constructor(most: number, make: () => Value) {
    this.#most = most
    this.#make = make
  }

  /** Returns the value of these labels, or the value of `others` if there are too many series. */
  at(labels: Labels, others: Labels): Value {
    const found = this.#series.get(keyOf(labels))
    if (found !== undefined) return found.value
    if (labels !== others && this.#series.size >= this.#most) return this.at(others, others)
    const value = this.#make()
    this.#series.set(keyOf(labels), { labels, value })
    return value
  }

  /** Returns the values as plain data. */
  series<Data>(dataOf: (value: Value) => Data): (readonly [Labels, Data])[] {
    return [...this].map(({ labels, value }) => [labels, dataOf(value)] as const)
  }

  [Symbol.iterator](): IterableIterator<{ readonly labels: Labels; readonly value: Value }> {
    return this.#series.values()
  }
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.values(labels))
}

/** The observations of a histogram, by bucket. Observations above the last bound are only in `count`. */
export interface HistogramCounts {
  readonly counts: readonly number[]
  readonly sum: number
  readonly count: number
}

/** Counts observations by their upper bounds. */
export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.#sum += value
    this.#count++
    const index = this.#bounds.findIndex((bound) => value <= bound)
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  counts(): HistogramCounts {
    return { counts: [...this.#counts], sum: this.#sum, count: this.#count }
  }

  /** Adds observations of the same bounds. */
  add({ counts, sum, count }: HistogramCounts): void {
    for (const [index, more] of counts.entries()) {
      this.#counts[index] = (this.#counts[index] ?? 0) + more
    }
    this.#sum += sum
    this.#count += count
  }

  /** Returns the lines of the histogram. Each bucket includes the buckets below it. */
  render(name: string, labels: Labels): string {
    let below = 0
    let text = ''
    for (const [index, bound] of this.#bounds.entries()) {
      below += this.#counts[index] ?? 0
      text += line(`${name}_bucket`, { ...labels, le: String(bound) }, below)
    }
    text += line(`${name}_bucket`, { ...labels, le: '+Inf' }, this.#count)
    text += line(`${name}_sum`, labels, this.#sum)
    return text + line(`${name}_count`, labels, this.#count)
  }
}
