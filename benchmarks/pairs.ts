// What does one side of a pair of servers cost against the other, in CPU time per request?

import { checkAnswer, load } from './load.ts'
import { positive } from './options.ts'
import { cpuMicroseconds, type ServerProcess, startSide } from './processes.ts'
import { ratio } from './report.ts'
import { type Exchange, exchangeOf, type Scenario } from './scenarios.ts'
import { isRough, quantile, rotate } from './statistics.ts'

/** Servers that are asked the same; all others are compared with the first. */
export interface Contest {
  file: string
  sides: readonly [string, ...string[]]
  scenario: string
  /** What they are asked, where the scenario is none of those in scenarios.ts. */
  exchange?: Exchange
  /** The runtime of the servers, with its options (this Node). */
  runtime?: string[]
}

/** Microseconds of server CPU time per request in one window. */
interface Window {
  side: string
  set: number
  cpu: number
}

export const pairOptions = {
  sets: { type: 'string', default: '5' },
  rounds: { type: 'string', default: '4' },
  seconds: { type: 'string', default: '0.5' },
  warmup: { type: 'string', default: '1.5' },
  save: { type: 'boolean', default: false },
} as const

export interface Effort {
  sets: number
  rounds: number
  seconds: number
  warmup: number
}

export function effortOf(values: Record<keyof Effort, string>): Effort {
  return {
    sets: positive('sets', values.sets),
    rounds: positive('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    warmup: positive('warmup', values.warmup),
  }
}

/** What the reader must know of how it was measured. */
export function methodOf({ sets, rounds, seconds, warmup }: Effort): string {
  return `${sets} sets of fresh processes, ${rounds} rounds of ${seconds} s each after ${warmup} s of warm-up, in turn;
  25th percentile of the windows`
}

/** What a side costs against the first one. */
export interface ContestRow {
  side: string
  /** The scenario, the µs of both, and how many times as much, by set too. */
  cells: string[]
  /** Whether the sets disagree by more than the sides do. */
  isRough: boolean
}

/** Returns a row for each side but the first. */
export async function measureContest(contest: Contest, effort: Effort): Promise<ContestRow[]> {
  const windows: Window[] = []
  for (let set = 0; set < effort.sets; set++) {
    windows.push(...(await measureSet(contest, set, effort)))
  }
  const [first, ...others] = contest.sides
  return others.map((side) => {
    const times = Array.from({ length: effort.sets }, (_, set) => {
      const ofSet = windows.filter((window) => window.set === set)
      return cpuOf(ofSet, side) / cpuOf(ofSet, first)
    })
    const ofAll = cpuOf(windows, side) / cpuOf(windows, first)
    const cells = [
      contest.scenario,
      cpuOf(windows, first).toFixed(1),
      cpuOf(windows, side).toFixed(1),
      ratio(ofAll),
      `${ratio(Math.min(...times))} to ${ratio(Math.max(...times))}`,
    ]
    return { side, cells, isRough: isRough(times, ofAll) }
  })
}

async function measureSet(contest: Contest, set: number, effort: Effort): Promise<Window[]> {
  const { file, sides, scenario, runtime, exchange = exchangeOf(scenario as Scenario) } = contest
  const servers: { side: string; server: ServerProcess }[] = []
  try {
    for (const side of rotate([...sides], set)) {
      const server = await startSide(file, side, scenario, runtime)
      servers.push({ side, server })
      await checkAnswer(server.port, exchange)
      await load(server.port, exchange, effort.warmup)
    }
    const windows: Window[] = []
    for (let round = 0; round < effort.rounds; round++) {
      for (const { side, server } of rotate(servers, round)) {
        const before = cpuMicroseconds(server.pid)
        const { requests, wrong } = await load(server.port, exchange, effort.seconds)
        if (wrong > 0) throw new Error(`${server.contender} gave ${wrong} wrong answers.`)
        windows.push({ side, set, cpu: (cpuMicroseconds(server.pid) - before) / requests })
      }
    }
    return windows
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()))
  }
}

function cpuOf(windows: Window[], side: string): number {
  const mine = windows.filter((window) => window.side === side).map(({ cpu }) => cpu)
  return quantile(mine, 0.25)
}
