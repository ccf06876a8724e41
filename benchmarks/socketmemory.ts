// How much memory does a websocket take that has nothing to say?
//
//   node benchmarks/build/socketmemory.js [--sets 5] [--contender raw,stellula] [--save]

import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { choose, positive } from './options.ts'
import { residentKilobytes, startServer } from './processes.ts'
import { machine, ratio, saveGood, stellulaBuild, table } from './report.ts'
import { checkSockets } from './sockets/check.ts'
import { type SocketClient, startClient } from './sockets/load.ts'
import { offersSocket, type SocketContender, socketContenders, talks } from './sockets/scenarios.ts'
import { isRough, median, rotate } from './statistics.ts'

interface Sample {
  contender: string
  /** Kilobytes, as everything here. */
  before: number
  after: number
  perSocket: number
}

const scenario = 'idle5000'
const { app, connections } = talks[scenario]

async function sample(contender: SocketContender): Promise<Sample> {
  // Without options: here V8's own way of sizing the heap belongs to the question.
  const server = await startServer(contender, app, [])
  let client: SocketClient | undefined
  try {
    await checkSockets(server.port, scenario)
    const before = residentKilobytes(server.pid)
    client = await startClient(server.port, scenario)
    const { messages } = await client.talk(0)
    if (messages !== connections) throw new Error(`${messages} of ${connections} answered`)
    await sleep(500)
    const after = residentKilobytes(server.pid)
    return { contender, before, after, perSocket: (after - before) / connections }
  } finally {
    await client?.stop()
    await server.stop()
  }
}

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '5' },
    contender: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
})
const sets = positive('sets', values.sets)
const chosen = choose('contender', values.contender, socketContenders)
const contenders = socketContenders.filter((name) => {
  return offersSocket(name, scenario) && (name === 'raw' || chosen.includes(name))
})
const build = stellulaBuild()

const samples: Sample[] = []
for (let set = 0; set < sets; set++) {
  for (const contender of rotate([...contenders], set)) {
    try {
      samples.push(await sample(contender))
      console.error(JSON.stringify(samples.at(-1)))
    } catch (error) {
      console.error(`leaving out ${contender}: ${error instanceof Error ? error.message : error}`)
    }
  }
}

function all(contender: string, key: 'before' | 'after' | 'perSocket'): number[] {
  return samples.filter((one) => one.contender === contender).map((one) => one[key])
}

const rows = contenders.map((contender) => {
  const costs = all(contender, 'perSocket')
  return [
    contender,
    (median(all(contender, 'before')) / 1024).toFixed(0),
    (median(all(contender, 'after')) / 1024).toFixed(0),
    median(costs).toFixed(1),
    `${Math.min(...costs).toFixed(1)} to ${Math.max(...costs).toFixed(1)}`,
    ratio(median(costs) / median(all('raw', 'perSocket'))),
  ]
})
const header = ['contender', 'MB before', 'MB after', 'KB per socket', 'by process', 'against raw']
const packages = ['stellula', 'ws', 'fastify', '@fastify/websocket', 'hono', '@hono/node-server']
const report = `## Memory of idle websockets

${machine([...packages, 'h3', 'crossws'])}
* resident set size, median of ${sets} fresh processes; ${connections} sockets are opened, each has one text of
  ${talks[scenario].message.length} bytes echoed, and is left alone

Target for Stellula: no more than bare ws, and 7.9 KB or less per socket.

${table(header, rows)}`
console.log(report)
const isWhole = values.contender === undefined || values.save
const against = median(all('stellula', 'perSocket')) / median(all('raw', 'perSocket'))
const rough = isRough(all('stellula', 'perSocket'), against) ? ['KB per socket'] : []
saveGood({ name: 'socketmemory', report, build, isWhole, rough })
