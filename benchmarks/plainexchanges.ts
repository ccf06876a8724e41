// What does an answer cost with plain exchanges, without them, and at least, against raw node:http?
//
//   node benchmarks/build/plainexchanges.js [--scenario hello,param,post]
//                                    [--sets 5] [--rounds 4] [--seconds 0.5] [--warmup 1.5] [--save]

import { parseArgs } from 'node:util'
import { makeFiles } from './files.ts'
import { connections, driver } from './load.ts'
import { choose } from './options.ts'
import { effortOf, measureContest, methodOf, pairOptions } from './pairs.ts'
import { machine, machineLoad, saveGood, stellulaBuild, table } from './report.ts'

const sides = ['raw', 'plain', 'node', 'net'] as const
const scenarioNames = ['hello', 'json', 'param', 'post', 'stream', 'static10k'] as const

const { values } = parseArgs({ options: { ...pairOptions, scenario: { type: 'string' } } })
const effort = effortOf(values)
const scenarios = choose('scenario', values.scenario, scenarioNames)
makeFiles()
const loadBefore = machineLoad()
const build = stellulaBuild()

const rows: string[][] = []
const rough: string[] = []
for (const scenario of scenarios) {
  const contest = { file: 'plainexchanges', sides, scenario }
  for (const { side, cells, isRough } of await measureContest(contest, effort)) {
    rows.push([side, ...cells])
    if (isRough) rough.push(`${scenario} of ${side}`)
    console.error(rows.at(-1)?.join(', '))
  }
}

const header = ['side', 'scenario', 'µs raw', 'µs', 'times as much', 'by set']
const report = `## Plain exchanges

${machine(['stellula'])}
* ${methodOf(effort)}; ${driver}, ${connections} connections, keep-alive; load average before the start ${loadBefore}

Server CPU time per request: raw node:http written by hand, without a router; \`serve()\` (plain); \`serve()\` with
\`shortcuts: false\` (node); node:net alone, which writes the same bytes for each chunk that arrives, and neither
reads requests nor makes answers (net): no server on node:net can be faster than that. param answers a typed path parameter as JSON, post reads 1 KB of JSON, stream
sends 64 KiB in 64 pieces. Less is faster; the last column tells how far the sets of processes are apart.

${table(header, rows)}`
console.log(report)
const isWhole = values.scenario === undefined
saveGood({ name: 'plainexchanges', report, build, isWhole: isWhole || values.save, rough })
