// How much server CPU time does a request cost, and how many are answered, contender by contender?
//
//   node benchmarks/build/run.js [--quick] [--scenario hello,json] [--contender raw,fastify]
//                                [--sets 3] [--rounds 3] [--seconds 1] [--warmup 1.5] [--save]

import { contenderNames } from './contender.ts'
import { checkAnswer, connections, driver, load } from './load.ts'
import { choose, type RunOptions, runOptions } from './options.ts'
import { cpuMicroseconds, type ServerProcess, startServer } from './processes.ts'
import { machineLoad, saveSection, stellulaBuild } from './report.ts'
import { exchangeOf, type Scenario, scenarioNames } from './scenarios.ts'
import { rotate } from './statistics.ts'
import { cpuOf, serverReport, type Window } from './tables.ts'

const packages = [
  'stellula',
  'fastify',
  'hono',
  '@hono/node-server',
  'koa',
  '@koa/router',
  '@koa/bodyparser',
  'express',
  'h3',
]

/** One set: every contender in a fresh process, all of them visited in turn. */
async function measureSet(
  scenario: Scenario,
  set: number,
  contenders: string[],
  options: RunOptions,
): Promise<Window[]> {
  const servers = await startAll(rotate(contenders, set), scenario, options.warmup)
  try {
    const windows: Window[] = []
    for (let round = 0; round < options.rounds; round++) {
      for (const server of rotate(servers, round)) {
        windows.push(await measureWindow(server, scenario, set, options.seconds))
      }
    }
    return windows
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
  }
}

/** The contenders that start and answer rightly, warmed up; the others are named and left out. */
async function startAll(
  contenders: string[],
  scenario: Scenario,
  warmup: number,
): Promise<ServerProcess[]> {
  const servers: ServerProcess[] = []
  for (const contender of contenders) {
    try {
      const server = await startServer(contender, scenario)
      servers.push(server)
      await checkAnswer(server.port, exchangeOf(scenario))
      // At once: a server that first waits for the others to warm up has a colder, smaller heap.
      await load(server.port, exchangeOf(scenario), warmup)
    } catch (error) {
      console.error(`${scenario}: leaving out ${contender}. ${firstLines(error)}`)
      const failed = servers.findIndex((server) => server.contender === contender)
      if (failed !== -1) await servers.splice(failed, 1)[0]?.stop()
    }
  }
  return servers
}

function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const lines = message.split('\n')
  return lines.find((line) => /Error\b/.test(line)) ?? lines.slice(0, 3).join(' ')
}

async function measureWindow(
  server: ServerProcess,
  scenario: Scenario,
  set: number,
  seconds: number,
): Promise<Window> {
  const before = cpuMicroseconds(server.pid)
  const { requests, seconds: taken, wrong } = await load(server.port, exchangeOf(scenario), seconds)
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

const options = runOptions()
const scenarios = choose('scenario', options.scenario, scenarioNames)
const chosen = choose('contender', options.contender, contenderNames)
// Everything is a ratio to raw, which therefore always runs.
const contenders = contenderNames.filter((name) => name === 'raw' || chosen.includes(name))
const loadBefore = machineLoad()
const build = stellulaBuild()
const started = performance.now()

const windows: Window[] = []
for (const scenario of scenarios) {
  const ofScenario: Window[] = []
  for (let set = 0; set < options.sets; set++) {
    ofScenario.push(...(await measureSet(scenario, set, contenders, options)))
  }
  logProgress(scenario, ofScenario, started)
  windows.push(...ofScenario)
}

const method = methodOf(options, loadBefore)
const report = serverReport(windows, { method, packages, contenders })
console.log(report)
if (contenders.includes('stellula') && stellulaBuild() !== build) {
  console.error(
    'Not saved: Stellula was built anew in the meantime, so its column mixes two builds.',
  )
} else if (options.save) {
  saveSection('servers', report)
}
