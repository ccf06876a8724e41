// What does each middleware cost alone, around a hello?
//
//   node benchmarks/build/middleware.js [--sets 3] [--rounds 4] [--seconds 0.15]
//
// All of them are in one server, each with its twin without it, and the two are asked one right after
// the other for a short while. So what slows the machine down slows both, and a difference of a
// microsecond is seen that would be lost between two processes, whose heaps and machine code are never
// the same. The answers go over sockets, since fields that are added must be written and sent too.
// The price: the code is shared by all, so it is compiled for many uses, as in a real application.

import { parseArgs } from 'node:util'
import { entries, pathOf } from './catalogue.ts'
import { checkAnswer, connections, driver, exchangeWith, load } from './load.ts'
import { positive } from './options.ts'
import { cpuMicroseconds, type ServerProcess, startServer } from './processes.ts'
import { machine, machineLoad, ratio, saveGood, stellulaBuild, table } from './report.ts'
import type { Exchange } from './scenarios.ts'
import { isRough, median, rotate } from './statistics.ts'

/** Microseconds of CPU time per request, of two windows side by side. */
interface Pair {
  name: string
  set: number
  without: number
  costs: number
}

interface Asked {
  name: string
  without: Exchange
  exchange: Exchange
}

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '0.15' },
  },
})
const sets = positive('sets', values.sets)
const rounds = positive('rounds', values.rounds)
const seconds = positive('seconds', values.seconds)
const loadBefore = machineLoad()
const build = stellulaBuild()

const pairs: Pair[] = []
for (let set = 0; set < sets; set++) await measureSet(set)

async function measureSet(set: number): Promise<void> {
  const server = await startServer('catalogue', 'hello')
  try {
    const asked: Asked[] = []
    for (const name of Object.keys(entries)) asked.push(await prepare(server.port, name))
    // The first round only warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const one of rotate(asked, set * 7 + round * 3)) {
        const pair = await measurePair(server, one, set, round % 2 === 1)
        // A busy machine may leave a window without a single answer.
        if (round > 0 && Number.isFinite(pair.costs)) pairs.push(pair)
      }
      console.error(`set ${set + 1}, round ${round}`)
    }
  } finally {
    await server.stop()
  }
}

/** What is sent is the same for both, down to the cookie. */
async function prepare(port: number, name: string): Promise<Asked> {
  const { headers = {}, session } = entries[name] ?? {}
  const exchange: Exchange = { method: 'GET', path: pathOf(name, true), headers, status: 200 }
  const whole = session ? await exchangeWith(port, { ...exchange, session }, exchange) : exchange
  const without = { ...whole, path: pathOf(name, false) }
  for (const one of [whole, without]) await checkAnswer(port, one)
  return { name, without, exchange: whole }
}

async function measurePair(
  server: ServerProcess,
  { name, without, exchange }: Asked,
  set: number,
  isFirst: boolean,
): Promise<Pair> {
  const first = await measure(server, isFirst ? exchange : without)
  const second = await measure(server, isFirst ? without : exchange)
  const [less, more] = isFirst ? [second, first] : [first, second]
  return { name, set, without: less, costs: more - less }
}

async function measure(server: ServerProcess, exchange: Exchange): Promise<number> {
  const before = cpuMicroseconds(server.pid)
  const { requests, wrong } = await load(server.port, exchange, seconds)
  if (wrong > 0) throw new Error(`${exchange.path} gave ${wrong} wrong answers.`)
  return (cpuMicroseconds(server.pid) - before) / requests
}

/** The middle of the pairs of each set: what the sets disagree by is noise. */
function costsBySet(name: string): number[] {
  const mine = pairs.filter((pair) => pair.name === name)
  return Array.from({ length: sets }, (_, set) => {
    return median(mine.filter((pair) => pair.set === set).map(costOf))
  }).filter(Number.isFinite)
}

/** The middle of all pairs. */
function rowOf(name: string): string[] {
  const mine = pairs.filter((pair) => pair.name === name)
  const [without, costs] = [median(mine.map((one) => one.without)), median(mine.map(costOf))]
  const measured = costsBySet(name)
  const range = `${Math.min(...measured).toFixed(1)} to ${Math.max(...measured).toFixed(1)}`
  return [name, without.toFixed(1), costs.toFixed(1), range, ratio(without / (without + costs))]
}

function costOf({ costs }: Pair): number {
  return costs
}

const header = ['middleware', 'µs without', 'µs that it costs', 'by set', 'speed with it']
const report = `## Middleware alone

${machine(['stellula'])}
* ${sets} fresh processes, ${rounds} pairs of windows of ${seconds} s for each after a first one to warm up, with and
  without side by side; median of the differences; ${driver}, ${connections} connections, keep-alive;
  load average before the start ${loadBefore}

Server CPU time per request, over sockets. "µs that it costs" is how much more the same app takes with
the middleware around it, asked the same; "by set" is what single processes gave, least to greatest, and
the first row does nothing, so that what it and they show is noise. The speed is that of the app with it,
where the app without is 1. The app answers hello in text, or JSON of 10 KB where that is said.

${table(header, Object.keys(entries).map(rowOf))}`
console.log(report)
// A middleware that does nothing must look as if it did nothing.
const [nothing = ''] = Object.keys(entries)
const without = median(pairs.filter(({ name }) => name === nothing).map((one) => one.without))
const speeds = costsBySet(nothing).map((costs) => (without + costs) / without)
const rough = isRough([1, ...speeds], 1) ? [nothing] : []
saveGood({ name: 'middleware', report, build, isWhole: true, rough })
