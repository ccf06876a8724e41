// How do the measured windows become the tables of results.md?

import { machine, ratio, table } from './report.ts'
import type { Scenario } from './scenarios.ts'
import { quantile } from './statistics.ts'
import { groups, targets } from './targets.ts'

/** What one contender did in one stretch of time. */
export interface Window {
  scenario: Scenario
  contender: string
  set: number
  /** Microseconds of server CPU time per request. */
  cpu: number
  /** Requests per second. */
  rate: number
  wrong: number
}

/** Windows are disturbed in one direction only, so the quiet quarter is nearer to the truth. */
export function cpuOf(windows: Window[]): number {
  return quantile(
    windows.map((window) => window.cpu),
    0.25,
  )
}

function rateOf(windows: Window[]): number {
  return quantile(
    windows.map((window) => window.rate),
    0.75,
  )
}

function only(windows: Window[], scenario: Scenario, contender: string): Window[] {
  return windows.filter((window) => {
    return window.scenario === scenario && window.contender === contender
  })
}

/** How fast a contender is, where raw is 1. */
function speed(windows: Window[], scenario: Scenario, contender: string): number {
  return cpuOf(only(windows, scenario, 'raw')) / cpuOf(only(windows, scenario, contender))
}

function cell(windows: Window[], scenario: Scenario, contender: string): string {
  const mine = only(windows, scenario, contender)
  if (mine.length === 0) return '–'
  const raw = only(windows, scenario, 'raw')
  const wrong = mine.some((window) => window.wrong > 0) ? ' (wrong answers)' : ''
  if (contender === 'raw')
    return `${cpuOf(mine).toFixed(1)} µs, ${rateOf(mine).toFixed(0)}/s${wrong}`
  return `${ratio(cpuOf(raw) / cpuOf(mine))} / ${ratio(rateOf(mine) / rateOf(raw))}${wrong}`
}

function againstPeers(windows: Window[], scenario: Scenario, contenders: string[]): string {
  const peers = contenders.filter((name) => name !== 'raw' && name !== 'stellula')
  const best = Math.max(
    ...peers.map((peer) => speed(windows, scenario, peer)).filter(Number.isFinite),
  )
  return ratio(speed(windows, scenario, 'stellula') / best)
}

function groupTable(windows: Window[], scenarios: Scenario[], contenders: string[]): string {
  const header = ['scenario', ...contenders, 'floor', 'goal', 'against the best peer', 'target']
  const rows = scenarios.map((scenario) => {
    const { floor, goal, peer } = targets[scenario]
    const cells = contenders.map((contender) => cell(windows, scenario, contender))
    const peers = againstPeers(windows, scenario, contenders)
    return [scenario, ...cells, `${floor}`, `${goal}`, peers, `${peer}`]
  })
  return table(header, rows)
}

/** The same speed from each set of processes alone: what the sets disagree by is noise. */
function spreadTable(windows: Window[], scenarios: Scenario[], contenders: string[]): string {
  const sets = [...new Set(windows.map((window) => window.set))]
  const rivals = contenders.filter((contender) => contender !== 'raw')
  const rows = scenarios.map((scenario) => {
    const cells = rivals.map((contender) => {
      const speeds = sets
        .map((set) => windows.filter((window) => window.set === set))
        .map((ofSet) => speed(ofSet, scenario, contender))
        .filter(Number.isFinite)
      if (speeds.length === 0) return '–'
      return `${ratio(Math.min(...speeds))} to ${ratio(Math.max(...speeds))}`
    })
    return [scenario, ...cells]
  })
  return table(['scenario', ...rivals], rows)
}

export interface Circumstances {
  method: string
  packages: string[]
  contenders: string[]
}

export function serverReport(windows: Window[], circumstances: Circumstances): string {
  const { method, packages, contenders } = circumstances
  const measured = new Set(windows.map((window) => window.scenario))
  const parts = [`## Servers\n\n${machine(packages)}\n${method}`, legend]
  const listed: Scenario[] = []
  for (const [title, all] of Object.entries(groups)) {
    const scenarios = all.filter((scenario) => measured.has(scenario))
    if (scenarios.length === 0) continue
    listed.push(...scenarios)
    parts.push(`### ${title}\n\n${groupTable(windows, scenarios, contenders)}`)
  }
  if (windows.some((window) => window.set > 0)) {
    const spread = spreadTable(windows, listed, contenders)
    parts.push(`### CPU speed by set of processes, least to greatest\n\n${spread}`)
  }
  return parts.join('\n\n')
}

const legend = `A cell is CPU speed / requests per second, both as ratios to raw node:http, so more is faster;
CPU speed is raw's server CPU time per request divided by the contender's. The raw column is in
absolute numbers. Raw has neither router nor middleware: it is a floor, not a peer. Floor and goal are for
Stellula's CPU speed, the last two columns for Stellula against the fastest contender other than raw.
Only Stellula distinguishes middleware10 (passing through) from middleware10async (wrapping send);
the others run the same ten in both rows, which also shows the noise.`
