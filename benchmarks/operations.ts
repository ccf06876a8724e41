// How fast are validated handlers, against those of others that use the same library of schemas?
//
//   node benchmarks/build/operations.js [--scenario operation,operation-post] [--side honoZod]
//                                       [--sets 5] [--rounds 4] [--seconds 0.5] [--warmup 1.5] [--save]

import { parseArgs } from 'node:util'
import { connections, driver } from './load.ts'
import {
  type OperationScenario,
  operationExchange,
  operationScenarios,
} from './operations/shapes.ts'
import { choose } from './options.ts'
import { effortOf, measureContest, methodOf, pairOptions } from './pairs.ts'
import { machine, machineLoad, saveGood, stellulaBuild, table } from './report.ts'

const sides = {
  zod: [
    'stellulaZod',
    'stellulaZodUnchecked',
    'stellulaZodOverNode',
    'handZod',
    'honoZod',
    'h3Zod',
    'elysiaZod',
    'fastifyOwn',
  ],
  valibot: [
    'stellulaValibot',
    'stellulaValibotUnchecked',
    'stellulaValibotOverNode',
    'handValibot',
    'honoValibot',
    'h3Valibot',
    'elysiaValibot',
  ],
  own: ['stellulaZod', 'elysiaTypebox'],
  plain: ['plain', 'operation'],
} as const
const libraries = {
  operation: ['zod', 'valibot', 'own'],
  'operation-post': ['zod', 'valibot', 'own'],
  'operation-plain': ['plain'],
} as const

const known = [...new Set(Object.values(sides).flat())]
const { values } = parseArgs({
  options: { ...pairOptions, scenario: { type: 'string' }, side: { type: 'string' } },
})
const effort = effortOf(values)
const scenarios = choose('scenario', values.scenario, operationScenarios)
const chosen = choose('side', values.side, known)
const loadBefore = machineLoad()
const build = stellulaBuild()

const rows: string[][] = []
const rough: string[] = []
for (const scenario of scenarios) {
  for (const library of libraries[scenario]) await measure(scenario, sides[library])
}

/** All in turn, so that what else the machine does hits them alike. */
async function measure(
  scenario: OperationScenario,
  [first, ...all]: readonly [string, ...string[]],
): Promise<void> {
  const others = all.filter((side) => chosen.some((one) => one === side))
  if (others.length === 0) return
  const contest = { file: 'operations', sides: [first, ...others] as const, scenario }
  const exchange = operationExchange(scenario)
  const isFine = scenario === 'operation-plain'
  const spent = isFine ? { ...effort, sets: effort.sets * 2, rounds: effort.rounds * 3 } : effort
  for (const { side, cells, isRough } of await measureContest({ ...contest, exchange }, spent)) {
    rows.push([first, side, ...cells])
    if (isRough) rough.push(`${scenario} of ${side}`)
    console.error(rows.at(-1)?.join(', '))
  }
}

const header = ['one', 'other', 'scenario', 'µs of one', 'µs of other', 'times as much', 'by set']
const packages = ['stellula', 'zod', 'valibot', 'fastify', 'hono', '@hono/standard-validator', 'h3']
const report = `## Operations

${machine([...packages, 'elysia', '@elysiajs/node'])}
* ${methodOf(effort)}; ${driver}, ${connections} connections, keep-alive; load average before the start ${loadBefore}

Server CPU time per request of a handler whose inputs and answers have schemas: "times as much" is what the
other needs where Stellula needs 1. All give the same answer. operation has a parameter in its path, a query
of three fields and an answer of 160 bytes; operation-post reads 1 KB of JSON. Stellula and Elysia validate
answers too; Hono and h3 do not, and are to be compared with the rows of Stellula "unchecked", which are
\`validateResponses: false\`; Fastify writes answers by their schema without validating them. Fastify and
Elysia with TypeBox have schemas of their own, for which they compile code. h3 parses what it has validated
anew for the handler. The rows of "OverNode" are Stellula with \`shortcuts: false\`, which goes through
node:http by its documented interfaces. The rows of "hand" are plain handlers of Stellula that call the
library themselves: what they need is the library's. operation-plain is an operation without any schema
against a plain handler, in twice as many sets and three times as many rounds, since the difference is small.
Targets: at least 1.2 against the fastest other with the same library; at most 1.03 for operation-plain.

${table(header, rows)}`
console.log(report)
const isWhole = values.scenario === undefined && values.side === undefined
saveGood({ name: 'operations', report, build, isWhole: isWhole || values.save, rough })
