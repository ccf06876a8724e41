// Does every contender give the right answers? Nothing is measured, so it takes a minute.
//
//   node benchmarks/build/check.js [--scenario static10k,range] [--contender raw,stellula]

import { parseArgs } from 'node:util'
import { contenderNames, offers, type Served } from './contender.ts'
import { makeFiles } from './files.ts'
import { checkAnswer, exchangeWith } from './load.ts'
import { choose } from './options.ts'
import { type ServerProcess, startServer } from './processes.ts'
import { exchangeOf, scenarioNames } from './scenarios.ts'
import { checkSockets } from './sockets/check.ts'
import { offersSocket, socketContenders, socketScenarios, talks } from './sockets/scenarios.ts'

const { values } = parseArgs({
  options: { scenario: { type: 'string' }, contender: { type: 'string' } },
})

makeFiles()
let failures = 0
const allScenarios = [...scenarioNames, ...socketScenarios]
const allContenders = [...new Set([...contenderNames, ...socketContenders])]
const scenarios = choose('scenario', values.scenario, allScenarios)
const contenders = choose('contender', values.contender, allContenders)

for (const contender of contenderNames.filter((name) => contenders.includes(name))) {
  for (const scenario of scenarioNames.filter((name) => scenarios.includes(name))) {
    if (!offers(contender, scenario)) continue
    await report(contender, scenario, scenario, async ({ port }) => {
      await checkAnswer(port, await exchangeWith(port, exchangeOf(scenario, contender)))
    })
  }
}
for (const contender of socketContenders.filter((name) => contenders.includes(name))) {
  for (const scenario of socketScenarios.filter((name) => scenarios.includes(name))) {
    if (!offersSocket(contender, scenario)) continue
    await report(contender, scenario, talks[scenario].app, async ({ port }) => {
      await checkSockets(port, scenario)
    })
  }
}
process.exit(failures === 0 ? 0 : 1)

/** In a process of its own: there are contenders that replace what others find in the global scope. */
async function report(
  contender: string,
  scenario: string,
  served: Served,
  check: (server: ServerProcess) => Promise<void>,
): Promise<void> {
  let server: ServerProcess | undefined
  try {
    server = await startServer(contender, served)
    await check(server)
    console.log(`ok ${contender} ${scenario}`)
  } catch (error) {
    failures++
    console.log(`not ok ${contender} ${scenario}: ${error}`)
  } finally {
    await server?.stop()
  }
}
