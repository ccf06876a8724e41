// The speed of contenders by scenario, as a ratio to raw: a dot, and a line from the least to the greatest.
import type { Speed } from './recorded.ts'
import { escaped, LEFT, logScale, picture, RIGHT, round, TOP, text } from './svg.ts'

const LANE = 10
const GAP = 14

/** Powers of two around the data. */
function ticksFor(values: readonly number[]): number[] {
  const from = Math.floor(Math.log2(Math.min(...values, 0.5)))
  const to = Math.ceil(Math.log2(Math.max(...values, 2)))
  return Array.from({ length: to - from + 1 }, (_, index) => 2 ** (from + index))
}

export function speedPlot(title: string, subtitle: string, speeds: readonly Speed[]): string {
  const names = ownFirst([...new Set(speeds.map(({ contender }) => contender))])
  const scenarios = [...new Set(speeds.map(({ scenario }) => scenario))]
  const ticks = ticksFor(speeds.flatMap(({ least, greatest, speed }) => [least, greatest, speed]))
  const x = logScale(ticks[0] ?? 0.5, ticks.at(-1) ?? 2, LEFT, RIGHT)
  const rowHeight = names.length * LANE + GAP
  const bottom = TOP + scenarios.length * rowHeight
  const content = ticks.map((tick) => tickAt(tick, x(tick), bottom))
  for (const [row, scenario] of scenarios.entries()) {
    const top = TOP + row * rowHeight + GAP / 2
    content.push(text(12, top + (names.length * LANE) / 2 + 4, scenario))
    for (const speed of speeds.filter((one) => one.scenario === scenario)) {
      const lane = names.indexOf(speed.contender)
      content.push(dotOf(speed, lane, top + lane * LANE + LANE / 2, x))
    }
  }
  return picture({ title, subtitle, names, height: bottom + 34 }, content)
}

function ownFirst(names: readonly string[]): string[] {
  return [...names].sort((one, two) => Number(two === 'stellula') - Number(one === 'stellula'))
}

function tickAt(tick: number, x: number, bottom: number): string {
  const kind = tick === 1 ? 'one' : 'grid'
  const label = tick === 1 ? '1 = raw' : String(tick)
  return `<line class="${kind}" x1="${round(x)}" y1="${TOP}" x2="${round(x)}" y2="${bottom}"/>${text(
    x,
    bottom + 18,
    label,
    ' class="small" text-anchor="middle"',
  )}`
}

function dotOf(
  { contender, scenario, speed, least, greatest }: Speed,
  lane: number,
  y: number,
  x: (value: number) => number,
): string {
  const words = `${contender}, ${scenario}: ${speed}, from ${least} to ${greatest}`
  const told = `<title>${escaped(words)}</title>`
  const line = `<line x1="${round(x(least))}" y1="${round(y)}" x2="${round(x(greatest))}" y2="${round(y)}" stroke-width="2"/>`
  const radius = contender === 'stellula' ? 4.5 : 3.5
  const dot = `<circle cx="${round(x(speed))}" cy="${round(y)}" r="${radius}"/>`
  return `<g class="c${lane}">${told}${line}${dot}</g>`
}
