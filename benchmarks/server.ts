// The child process of a measurement: one contender, one scenario, its port as a line of JSON.

import { argv, stdin, stdout } from 'node:process'
import { type Served, servedNames, startContender } from './contender.ts'

function isServed(name: string): name is Served {
  return servedNames.some((known) => known === name)
}

const [, , contenderName = '', scenario = ''] = argv
if (!isServed(scenario)) {
  throw new RangeError(
    `server: unknown scenario ${JSON.stringify(scenario)}. Known: ${servedNames.join(', ')}.`,
  )
}

const running = await startContender(contenderName, scenario)

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  // A contender that waits for idle connections must not hold up the next measurement.
  setTimeout(() => process.exit(), 500).unref()
  await running.close()
  process.exit()
}

process.on('SIGTERM', stop)
// The parent holds the other end: it closes even when the parent is killed outright.
stdin.on('end', stop).resume()

stdout.write(`${JSON.stringify({ port: running.port })}\n`)
