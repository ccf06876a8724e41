// How do the measured windows become the tables of results.md?

import { machine, ratio, table } from './report.ts'
import type { Section } from './sections.ts'
import { isRough, quantile } from './statistics.ts'
import { targets } from './targets.ts'

/** What one contender did in one stretch of time. */
export interface Window<Name extends string = string> {
  scenario: Name
  contender: string
  set: number
  /** Microseconds of server CPU time per request, or message. */
  cpu: number
  /** Requests, or messages, per second. */
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

function only(windows: Window[], scenario: string, contender: string): Window[] {
  return windows.filter((window) => {
    return window.scenario === scenario && window.contender === contender
  })
}

/** How fast a contender is, where raw is 1. */
function speed(windows: Window[], scenario: string, contender: string): number {
  return cpuOf(only(windows, scenario, 'raw')) / cpuOf(only(windows, scenario, contender))
}

function cell(windows: Window[], scenario: string, contender: string): string {
  const mine = only(windows, scenario, contender)
  if (mine.length === 0) return '–'
  const raw = only(windows, scenario, 'raw')
  const wrong = mine.some((window) => window.wrong > 0) ? ' (wrong answers)' : ''
  if (contender === 'raw')
    return `${cpuOf(mine).toFixed(1)} µs, ${rateOf(mine).toFixed(0)}/s${wrong}`
  return `${ratio(cpuOf(raw) / cpuOf(mine))} / ${ratio(rateOf(mine) / rateOf(raw))}${wrong}`
}

/** The floor, and ourselves. */
const NO_PEERS = ['raw', 'rawtext', 'stellula', 'publicapi', 'channels']

/** How fast Stellula is, where the fastest of the others is 1. */
function againstPeers(windows: Window[], scenario: string, contenders: string[]): number {
  const peers = contenders.filter((name) => !NO_PEERS.includes(name))
  const best = Math.max(
    ...peers.map((peer) => speed(windows, scenario, peer)).filter(Number.isFinite),
  )
  return speed(windows, scenario, 'stellula') / best
}

function wanted(target: number | undefined): string {
  return target === undefined ? '–' : `${target}`
}

function groupTable(windows: Window[], scenarios: string[], contenders: string[]): string {
  const header = ['scenario', ...contenders, 'floor', 'goal', 'against the best peer', 'target']
  const rows = scenarios.map((scenario) => {
    const target = targets[scenario]
    const cells = contenders.map((contender) => cell(windows, scenario, contender))
    const peers = ratio(againstPeers(windows, scenario, contenders))
    return [
      ...[scenario, ...cells, wanted(target?.floor), wanted(target?.goal)],
      ...[peers, wanted(target?.peer)],
    ]
  })
  return table(header, rows)
}

/** The same speed from each set of processes alone: what the sets disagree by is noise. */
function speedsBySet(windows: Window[], scenario: string, contender: string): number[] {
  return [...new Set(windows.map((window) => window.set))]
    .map((set) => windows.filter((window) => window.set === set))
    .map((ofSet) => speed(ofSet, scenario, contender))
    .filter(Number.isFinite)
}

/**
 * Names the scenarios whose results say nothing: the sets disagree on the speed of Stellula by more than it differs
 * from the fastest of the others.
 */
export function roughScenarios(windows: Window[], contenders: string[]): string[] {
  const scenarios = [...new Set(windows.map((window) => window.scenario))]
  return scenarios.filter((scenario) => {
    const speeds = speedsBySet(windows, scenario, 'stellula')
    return isRough(speeds, againstPeers(windows, scenario, contenders))
  })
}

function spreadTable(windows: Window[], scenarios: string[], contenders: string[]): string {
  const rivals = contenders.filter((contender) => contender !== 'raw')
  const rows = scenarios.map((scenario) => {
    const cells = rivals.map((contender) => {
      const speeds = speedsBySet(windows, scenario, contender)
      if (speeds.length === 0) return '–'
      return `${ratio(Math.min(...speeds))} to ${ratio(Math.max(...speeds))}`
    })
    return [scenario, ...cells]
  })
  return table(['scenario', ...rivals], rows)
}

export interface Circumstances {
  method: string
  contenders: string[]
}

export function sectionReport(
  section: Section<string>,
  windows: Window[],
  circumstances: Circumstances,
): string {
  const { method, contenders } = circumstances
  const measured = new Set(windows.map((window) => window.scenario))
  const parts = [`## ${section.title}\n\n${machine(section.packages)}\n${method}`, section.legend]
  const listed: string[] = []
  for (const [title, all] of Object.entries(section.groups)) {
    const scenarios = all.filter((scenario) => measured.has(scenario))
    if (scenarios.length === 0) continue
    listed.push(...scenarios)
    parts.push(`### ${title}\n\n${groupTable(windows, scenarios, contenders)}`)
  }
  if (windows.some((window) => window.set > 0)) {
    const spread = spreadTable(windows, listed, contenders)
    parts.push(
      `### ${section.title}: CPU speed by set of processes, least to greatest\n\n${spread}`,
    )
  }
  return parts.join('\n\n')
}
