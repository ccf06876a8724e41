// Lines of several contenders over a number of routes or connections.
import type { Series } from './recorded.ts'
import { escaped, LEFT, logScale, picture, RIGHT, round, TOP, text } from './svg.ts'

const HEIGHT = 420
const BOTTOM = HEIGHT - 56

export interface LineOptions {
  readonly title: string
  readonly subtitle: string
  readonly xLabel: string
  readonly yLabel: string
  /** Both axes are logarithmic, or both linear from 0. */
  readonly isLogarithmic: boolean
}

interface Axis {
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
}

export function linePlot(options: LineOptions, given: readonly Series[]): string {
  const series = [...given].sort(
    (one, two) => Number(two.name === 'stellula') - Number(one.name === 'stellula'),
  )
  const points = series.flatMap((one) => one.points)
  const axis = options.isLogarithmic ? logAxis : linearAxis
  const x = axis(
    points.map(([value]) => value),
    LEFT - 70,
    RIGHT - 20,
  )
  const y = axis(
    points.map(([, value]) => value),
    BOTTOM,
    TOP + 10,
  )
  const content = [
    ...x.ticks.map((tick) => verticalAt(tick, x.at(tick))),
    ...y.ticks.map((tick) => horizontalAt(tick, y.at(tick))),
    text((LEFT + RIGHT) / 2, HEIGHT - 12, options.xLabel, ' class="small" text-anchor="middle"'),
    text(12, TOP, options.yLabel, ' class="small"'),
    ...series.map(({ name, points }, index) => lineOf(name, points, index, x, y)),
  ]
  const names = series.map(({ name }) => name)
  return picture({ ...options, names, height: HEIGHT }, content)
}

function logAxis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.ceil(Math.log10(Math.max(...values)))
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  return { at: logScale(ticks[0] ?? 1, ticks.at(-1) ?? 10, from, to), ticks }
}

function linearAxis(values: readonly number[], from: number, to: number): Axis {
  const greatest = Math.max(...values)
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * 10 ** Math.floor(Math.log10(greatest / 4)))
    .find((candidate) => greatest / candidate <= 5)
  const size = step ?? greatest
  const count = Math.ceil(greatest / size)
  const ticks = Array.from({ length: count + 1 }, (_, index) => index * size)
  return { at: (value) => from + (value / (count * size)) * (to - from), ticks }
}

function verticalAt(tick: number, x: number): string {
  const at = round(x)
  const label = text(
    x,
    BOTTOM + 18,
    tick.toLocaleString('en'),
    ' class="small" text-anchor="middle"',
  )
  return `<line class="grid" x1="${at}" y1="${TOP + 10}" x2="${at}" y2="${BOTTOM}"/>${label}`
}

function horizontalAt(tick: number, y: number): string {
  const label = text(
    LEFT - 78,
    y + 4,
    tick.toLocaleString('en'),
    ' class="small" text-anchor="end"',
  )
  return `<line class="grid" x1="${LEFT - 70}" y1="${round(y)}" x2="${RIGHT}" y2="${round(y)}"/>${label}`
}

function lineOf(name: string, points: Series['points'], index: number, x: Axis, y: Axis): string {
  const places = points.map(([one, two]) => `${round(x.at(one))},${round(y.at(two))}`)
  const dots = points.map(([one, two]) => {
    const told = `<title>${escaped(name)}: ${round(two)} at ${one}</title>`
    return `<circle class="c${index}" cx="${round(x.at(one))}" cy="${round(y.at(two))}" r="4">${told}</circle>`
  })
  return `<polyline class="line c${index}" points="${places.join(' ')}"/>${dots.join('')}`
}
