// How much server CPU time does a request cost, and how many are answered, contender by contender?
//
//   node benchmarks/build/run.js [--quick] [--scenario hello,json] [--contender raw,fastify]
//                                [--sets 3] [--rounds 3] [--seconds 1] [--warmup 1.5] [--save]

import { contenderNames, offers } from './contender.ts'
import { makeFiles } from './files.ts'
import { checkAnswer, connections, driver, exchangeWith, load } from './load.ts'
import { choose, type RunOptions, runOptions } from './options.ts'
import { cpuMicroseconds, type ServerProcess, startServer } from './processes.ts'
import { machineLoad, saveGood, stellulaBuild } from './report.ts'
import { type Exchange, exchangeOf, type Scenario } from './scenarios.ts'
import { type Section, scenariosOf, sections } from './sections.ts'
import { rotate } from './statistics.ts'
import { cpuOf, roughScenarios, sectionReport, type Window } from './tables.ts'

/** The oldest version of Node that Stellula supports. */
const OLDEST_NODE = '20'

/** A server, and how it must be asked. */
interface Visited {
  server: ServerProcess
  exchange: Exchange
}

/** One set: every contender in a fresh process, all of them visited in turn. */
async function measureSet(
  scenario: Scenario,
  set: number,
  contenders: string[],
  options: RunOptions,
): Promise<Window<Scenario>[]> {
  const able = contenders.filter((contender) => offers(contender, scenario))
  const all = await startAll(rotate(able, set), scenario, options.warmup)
  try {
    const windows: Window<Scenario>[] = []
    for (let round = 0; round < options.rounds; round++) {
      for (const visited of rotate(all, round)) {
        windows.push(await measureWindow(visited, scenario, set, options.seconds))
      }
    }
    return windows
  } finally {
    await Promise.all(all.map(({ server }) => server.stop()))
  }
}

/** The contenders that start and answer rightly, warmed up; the others are named and left out. */
async function startAll(
  contenders: string[],
  scenario: Scenario,
  warmup: number,
): Promise<Visited[]> {
  const all: Visited[] = []
  for (const contender of contenders) {
    let server: ServerProcess | undefined
    try {
      server = await startServer(contender, scenario)
      const exchange = await exchangeWith(server.port, exchangeOf(scenario, contender))
      await checkAnswer(server.port, exchange)
      // At once: a server that first waits for the others to warm up has a colder, smaller heap.
      await load(server.port, exchange, warmup)
      all.push({ server, exchange })
    } catch (error) {
      console.error(`${scenario}: leaving out ${contender}. ${firstLines(error)}`)
      await server?.stop()
    }
  }
  return all
}

function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const lines = message.split('\n')
  return lines.find((line) => /Error\b/.test(line)) ?? lines.slice(0, 3).join(' ')
}

async function measureWindow(
  { server, exchange }: Visited,
  scenario: Scenario,
  set: number,
  seconds: number,
): Promise<Window<Scenario>> {
  const before = cpuMicroseconds(server.pid)
  const { requests, seconds: taken, wrong } = await load(server.port, exchange, seconds)
  const spent = cpuMicroseconds(server.pid) - before
  if (wrong > 0) console.error(`${scenario}: ${server.contender} gave ${wrong} wrong answers`)
  const { contender } = server
  return { scenario, contender, set, cpu: spent / requests, rate: requests / taken, wrong }
}

function logProgress(scenario: Scenario, windows: Window[], started: number): void {
  const measured = [...new Set(windows.map((window) => window.contender))]
  const costs = measured.map((contender) => {
    return `${contender} ${cpuOf(windows.filter((window) => window.contender === contender)).toFixed(1)}`
  })
  const elapsed = ((performance.now() - started) / 1000).toFixed(0)
  console.error(`${elapsed} s, ${scenario}, µs of CPU per request: ${costs.join(', ')}`)
}

function methodOf(options: RunOptions, loadBefore: string): string {
  const { quick, sets, rounds, seconds, warmup } = options
  return [
    `* ${quick ? '**a quick run, only to see that all works**: ' : ''}${sets} ${sets === 1 ? 'set' : 'sets'} of fresh processes,`,
    `${rounds} rounds of ${seconds} s each after ${warmup} s of warm-up, contenders in turn;`,
    `25th percentile of CPU time, 75th of requests per second; ${driver}, ${connections} connections,`,
    `keep-alive; load average before the start ${loadBefore}`,
  ].join(' ')
}

/** Where the results of this version of Node go: those of the oldest have the plain name, all others their own. */
function onThisNode(name: string, section: Section): { name: string; section: Section } {
  const version = process.versions.node.split('.')[0] ?? ''
  if (version === OLDEST_NODE) return { name, section }
  const title = `${section.title} on Node ${version}`
  return { name: `${name}-node${version}`, section: { ...section, title } }
}

makeFiles()
const options = runOptions()
const measurable = Object.values(sections).flatMap(scenariosOf)
const scenarios = choose('scenario', options.scenario, measurable)
const chosen = choose('contender', options.contender, contenderNames)
// Everything is a ratio to raw, which therefore always runs.
const contenders = contenderNames.filter((name) => name === 'raw' || chosen.includes(name))
const loadBefore = machineLoad()
const build = stellulaBuild()
const started = performance.now()

const windows: Window<Scenario>[] = []
for (const scenario of scenarios) {
  const ofScenario: Window<Scenario>[] = []
  for (let set = 0; set < options.sets; set++) {
    ofScenario.push(...(await measureSet(scenario, set, contenders, options)))
  }
  logProgress(scenario, ofScenario, started)
  windows.push(...ofScenario)
}

const method = methodOf(options, loadBefore)
for (const [name, section] of Object.entries(sections)) {
  const all = scenariosOf(section)
  const ofSection = windows.filter((window) => all.includes(window.scenario))
  if (ofSection.length === 0) continue
  const measured = contenders.filter((name) => ofSection.some((one) => one.contender === name))
  const here = onThisNode(name, section)
  const report = sectionReport(here.section, ofSection, { method, contenders: measured })
  console.log(report)

  const whole = all.every((scenario) => scenarios.includes(scenario))
  const isWhole = (whole && options.contender === undefined && !options.quick) || options.save
  saveGood({ name: here.name, report, build, isWhole, rough: roughScenarios(ofSection, measured) })
}
