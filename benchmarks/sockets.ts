// How much server CPU time does a message over a websocket cost, echoed or sent to everybody?
//
//   node benchmarks/build/sockets.js [--quick] [--scenario echo,echo1k] [--contender raw,stellula]
//                                    [--sets 3] [--rounds 3] [--seconds 1] [--warmup 1.5] [--save]
//
// For 10,000 sockets a process needs as many descriptors and some more: see `ulimit -n`.

import { choose, type RunOptions, runOptions } from './options.ts'
import { cpuMicroseconds, pin, type ServerProcess, startServer } from './processes.ts'
import { machineLoad, saveGood, stellulaBuild } from './report.ts'
import { checkSockets } from './sockets/check.ts'
import { type SocketClient, startClient } from './sockets/load.ts'
import { type SocketWindow, socketReport } from './sockets/report.ts'
import {
  offersSocket,
  type SocketContender,
  type SpeedScenario,
  socketContenders,
  speedScenarios,
  talks,
} from './sockets/scenarios.ts'
import { rotate } from './statistics.ts'
import { cpuOf, roughScenarios } from './tables.ts'

/** A server, and the process that talks to it and to no other. */
interface Visited {
  server: ServerProcess
  client: SocketClient
}

/** One set: every contender in a fresh process, all of them visited in turn. */
async function measureSet(
  scenario: SpeedScenario,
  set: number,
  contenders: SocketContender[],
  options: RunOptions,
): Promise<SocketWindow[]> {
  const able = contenders.filter((contender) => offersSocket(contender, scenario))
  const all: Visited[] = []
  try {
    for (const contender of rotate(able, set)) {
      const visited = await start(contender, scenario, options.warmup)
      if (visited !== undefined) all.push(visited)
    }
    const windows: SocketWindow[] = []
    for (let round = 0; round < options.rounds; round++) {
      for (const visited of rotate(all, round)) {
        windows.push(await measureWindow(visited, scenario, set, options.seconds))
      }
    }
    return windows
  } finally {
    for (const { client } of all) await client.stop()
    await Promise.all(all.map(({ server }) => server.stop()))
  }
}

/** A contender that answers rightly, warmed up; any other is named and left out. */
async function start(
  contender: SocketContender,
  scenario: SpeedScenario,
  warmup: number,
): Promise<Visited | undefined> {
  let server: ServerProcess | undefined
  let client: SocketClient | undefined
  try {
    server = await startServer(contender, talks[scenario].app)
    await checkSockets(server.port, scenario)
    client = await startClient(server.port, scenario)
    pin(server.pid, 0)
    pin(client.pid, 1)
    await client.talk(warmup)
    return { server, client }
  } catch (error) {
    console.error(`${scenario}: leaving out ${contender}. ${error}`)
    await client?.stop()
    await server?.stop()
    return undefined
  }
}

async function measureWindow(
  { server, client }: Visited,
  scenario: SpeedScenario,
  set: number,
  seconds: number,
): Promise<SocketWindow> {
  const [serverBefore, clientBefore] = [cpuMicroseconds(server.pid), cpuMicroseconds(client.pid)]
  const { messages, wrong, seconds: taken, latencies } = await client.talk(seconds)
  const ofServer = cpuMicroseconds(server.pid) - serverBefore
  const ofClient = cpuMicroseconds(client.pid) - clientBefore
  const { contender } = server
  if (wrong > 0) console.error(`${scenario}: ${contender} gave ${wrong} wrong messages`)
  return {
    ...{ scenario, contender, set, wrong, latencies },
    ...{ cpu: ofServer / messages, rate: messages / taken },
    serverShare: ofServer / taken / 1e6,
    clientShare: ofClient / taken / 1e6,
  }
}

function logProgress(scenario: SpeedScenario, windows: SocketWindow[], started: number): void {
  const measured = [...new Set(windows.map((window) => window.contender))]
  const costs = measured.map((contender) => {
    return `${contender} ${cpuOf(windows.filter((window) => window.contender === contender)).toFixed(2)}`
  })
  const elapsed = ((performance.now() - started) / 1000).toFixed(0)
  console.error(`${elapsed} s, ${scenario}, µs of CPU per message: ${costs.join(', ')}`)
}

const options = runOptions()
const scenarios = choose('scenario', options.scenario, speedScenarios)
const chosen = choose('contender', options.contender, socketContenders)
// Everything is a ratio to raw, which therefore always runs.
const contenders = socketContenders.filter((name) => name === 'raw' || chosen.includes(name))
const loadBefore = machineLoad()
const build = stellulaBuild()
const started = performance.now()

const windows: SocketWindow[] = []
for (const scenario of scenarios) {
  const ofScenario: SocketWindow[] = []
  for (let set = 0; set < options.sets; set++) {
    ofScenario.push(...(await measureSet(scenario, set, contenders, options)))
    logProgress(scenario, ofScenario, started)
  }
  windows.push(...ofScenario)
}

const { quick, sets, rounds, seconds, warmup } = options
const method = [
  `* ${quick ? '**a quick run, only to see that all works**: ' : ''}${sets} ${sets === 1 ? 'set' : 'sets'} of fresh processes,`,
  `${rounds} rounds of ${seconds} s each after ${warmup} s of warm-up, contenders in turn;`,
  '25th percentile of CPU time, 75th of messages per second; a client process for each server, on a core\n  of its own;',
  `load average before the start ${loadBefore}`,
].join(' ')
const report = socketReport(windows, { method, contenders })
console.log(report)
const whole = options.scenario === undefined && options.contender === undefined && !quick
const rough = roughScenarios(windows, contenders)
saveGood({ name: 'sockets', report, build, isWhole: whole || options.save, rough })
