// The child process of a measurement of pairs: one file of contenders/, one of its two sides.

import { argv } from 'node:process'
import type { Running } from './contender.ts'
import { announce } from './serving.ts'

/** The whole interface of a file in contenders/guests/ and contenders/runtimes/: by side. */
type Pair = Record<string, (scenario: string) => Promise<Running>>

const [, , file = '', side = '', scenario = ''] = argv
const pair: Pair = await import(`./contenders/${file}.js`)
const start = pair[side]
if (start === undefined) {
  throw new RangeError(
    `pairserver: ${file} has no ${JSON.stringify(side)}, only ${Object.keys(pair)}.`,
  )
}

announce(await start(scenario))
