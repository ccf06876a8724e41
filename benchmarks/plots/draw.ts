// From the text of results.md to all pictures, and to the numbers of docs/performance.md.
import { linePlot } from './lineplot.ts'
import { connectionMemory, routeCosts, type Speed, sectionOf, speedsOf } from './recorded.ts'
import { speedPlot } from './speedplot.ts'

/** The sections whose speeds are drawn, by the name of their picture. */
const SPEEDS = ['servers', 'files', 'stack', 'sockets'] as const

/** The pictures by their file names. */
export function plotsOf(results: string): Readonly<Record<string, string>> {
  const plots: Record<string, string> = {}
  for (const name of SPEEDS) {
    const section = sectionOf(results, name)
    const speeds = section === undefined ? [] : speedsOf(section)
    if (section === undefined || speeds.length === 0) continue
    const subtitle = `CPU speed as a ratio to raw, more is faster; lines: least to greatest of the sets. ${dateIn(section.about)}`
    plots[`${name}.svg`] = speedPlot(section.title, subtitle, speeds)
  }
  const routing = sectionOf(results, 'routing')
  if (routing !== undefined) {
    plots['routes.svg'] = linePlot(
      {
        title: 'Cost of finding a route with a parameter',
        subtitle: `Least of all runs, less is faster. ${dateIn(routing.about)}`,
        xLabel: 'number of routes',
        yLabel: 'ns per match',
        isLogarithmic: true,
      },
      routeCosts(routing),
    )
  }
  const memory = sectionOf(results, 'memory')
  if (memory !== undefined) {
    plots['memory.svg'] = linePlot(
      {
        title: 'Memory by open connections',
        subtitle: `Resident set size after requests, and what idle connections add. ${dateIn(memory.about)}`,
        xLabel: 'open keep-alive connections',
        yLabel: 'MB',
        isLogarithmic: false,
      },
      connectionMemory(memory),
    )
  }
  return plots
}

function dateIn([line = '']: readonly string[]): string {
  return line.split(',').slice(0, 2).join(',')
}

/** A table for each section: Stellula against raw, and against the fastest of the others. */
export function numbersOf(results: string): string {
  const parts = SPEEDS.flatMap((name) => {
    const section = sectionOf(results, name)
    const speeds = section === undefined ? [] : speedsOf(section)
    if (section === undefined || speeds.length === 0) return []
    const rows = [...new Set(speeds.map(({ scenario }) => scenario))].map((scenario) =>
      numberRow(speeds.filter((speed) => speed.scenario === scenario)),
    )
    const head = '| scenario | Stellula | spread | fastest of the others |\n|---|---|---|---|'
    return [
      `### ${section.title}\n\n${dateIn(section.about)}.\n\n![Speed by scenario and contender](plots/${name}.svg)\n\n${head}\n${rows.join('\n')}`,
    ]
  })
  return parts.join('\n\n')
}

/** Ourselves in other settings are no others. */
const OWN = ['stellula', 'publicapi', 'channels', 'plainexchanges']

function numberRow(speeds: readonly Speed[]): string {
  const own = speeds.find(({ contender }) => contender === 'stellula')
  const others = speeds.filter(({ contender }) => !OWN.includes(contender))
  const [best] = [...others].sort((one, two) => two.speed - one.speed)
  const spread = own === undefined ? '' : `${own.least.toFixed(2)} to ${own.greatest.toFixed(2)}`
  return `| ${speeds[0]?.scenario} | ${own?.speed.toFixed(2) ?? '–'} | ${spread} | ${best === undefined ? '–' : `${best.contender} ${best.speed.toFixed(2)}`} |`
}

const BEGIN = '<!-- numbers: begin -->'
const END = '<!-- numbers: end -->'

/** The page with the numbers of these results between its marks. */
export function pageWith(page: string, results: string): string {
  const [before = ''] = page.split(BEGIN)
  const after = page.split(END)[1] ?? ''
  return `${before}${BEGIN}\n\n${numbersOf(results)}\n\n${END}${after}`
}
