// The child process of a measurement: one contender, one scenario, its port as a line of JSON.

import { argv } from 'node:process'
import { type Served, servedNames, startContender } from './contender.ts'
import { announce } from './serving.ts'

function isServed(name: string): name is Served {
  return servedNames.some((known) => known === name)
}

const [, , contenderName = '', scenario = ''] = argv
if (!isServed(scenario)) {
  throw new RangeError(
    `server: unknown scenario ${JSON.stringify(scenario)}. Known: ${servedNames.join(', ')}.`,
  )
}

announce(await startContender(contenderName, scenario))
