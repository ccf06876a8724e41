// What does an app of another framework cost when it is mounted, against the same app bare?
//
//   node benchmarks/build/mounted.js [--guest express,hono] [--scenario json,post]
//                                    [--sets 5] [--rounds 4] [--seconds 0.5] [--warmup 1.5] [--save]

import { parseArgs } from 'node:util'
import { connections, driver } from './load.ts'
import { choose } from './options.ts'
import { effortOf, measureContest, methodOf, pairOptions } from './pairs.ts'
import { machine, machineLoad, saveGood, stellulaBuild, table } from './report.ts'

const guests = {
  express: ['bare', 'mounted', 'observed'],
  fastify: ['bare', 'mounted', 'observed'],
  hono: ['bare', 'mounted', 'light'],
} as const
/** What is other about a side than being mounted. */
const notes: Readonly<Record<string, string>> = {
  light: ', light responses',
  observed: ', behind middleware',
}
const guestNames = ['express', 'fastify', 'hono'] as const
const scenarioNames = ['json', 'post'] as const

const { values } = parseArgs({
  options: { ...pairOptions, guest: { type: 'string' }, scenario: { type: 'string' } },
})
const effort = effortOf(values)
const chosen = choose('guest', values.guest, guestNames)
const scenarios = choose('scenario', values.scenario, scenarioNames)
const loadBefore = machineLoad()
const build = stellulaBuild()

const rows: string[][] = []
const rough: string[] = []
for (const guest of chosen) {
  for (const scenario of scenarios) {
    const contest = { file: `guests/${guest}`, sides: guests[guest], scenario }
    for (const { side, cells, isRough } of await measureContest(contest, effort)) {
      rows.push([`${guest}${notes[side] ?? ''}`, ...cells])
      if (isRough) rough.push(`${scenario} of ${guest}`)
      console.error(rows.at(-1)?.join(', '))
    }
  }
}

const header = ['app', 'scenario', 'µs bare', 'µs mounted', 'times as much', 'by set']
const report = `## Mounted apps

${machine(['stellula', 'express', 'fastify', 'hono', '@hono/node-server'])}
* ${methodOf(effort)}; ${driver}, ${connections} connections, keep-alive; load average before the start ${loadBefore}

Server CPU time per request of an app of another framework: bare, which is Express by
\`http.createServer\`, Fastify by its \`listen\` and Hono on @hono/node-server; and the same app under
\`serve()\` in \`Mount('/', fromNode(app))\` or \`Mount('/', fromFetch(app.fetch))\`. json answers a small object, post
reads 1 KB of JSON. Target: at most 1.15 times as much. Hono's own server puts another class in the
place of \`Response\`; \`installLightResponse()\` does the same for a mounted app, which is the row
to compare. Where nobody between looks at messages, a handler of Node gets the server's own request and
response; behind middleware that does, it gets others, which are made of messages and into messages.

${table(header, rows)}`
console.log(report)
const isWhole = values.guest === undefined && values.scenario === undefined
saveGood({ name: 'mounted', report, build, isWhole: isWhole || values.save, rough })
