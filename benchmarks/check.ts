// Does every contender give the right answers? Nothing is measured, so it takes a minute.
//
//   node benchmarks/build/check.js [--scenario static10k,range] [--contender raw,stellula]

import { parseArgs } from 'node:util'
import { contenderNames, offers } from './contender.ts'
import { makeFiles } from './files.ts'
import { checkAnswer, exchangeWith } from './load.ts'
import { choose } from './options.ts'
import { startServer } from './processes.ts'
import { exchangeOf, type Scenario, scenarioNames } from './scenarios.ts'

const { values } = parseArgs({
  options: { scenario: { type: 'string' }, contender: { type: 'string' } },
})

makeFiles()
let failures = 0
for (const contender of choose('contender', values.contender, contenderNames)) {
  for (const scenario of choose('scenario', values.scenario, scenarioNames)) {
    if (!offers(contender, scenario)) continue
    try {
      await check(contender, scenario)
      console.log(`ok ${contender} ${scenario}`)
    } catch (error) {
      failures++
      console.log(`not ok ${contender} ${scenario}: ${error}`)
    }
  }
}
process.exit(failures === 0 ? 0 : 1)

/** In a process of its own: there are contenders that replace what others find in the global scope. */
async function check(contender: string, scenario: Scenario): Promise<void> {
  const server = await startServer(contender, scenario)
  try {
    await checkAnswer(server.port, await exchangeWith(server.port, exchangeOf(scenario, contender)))
  } finally {
    await server.stop()
  }
}
