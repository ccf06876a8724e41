// How much memory does a server hold after much work, and how much per connection that idles?
//
//   node benchmarks/build/memory.js [--sets 3] [--requests 100000] [--idle 2000] [--contender a,b]

import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Connection, connect } from './client.ts'
import { contenderNames } from './contender.ts'
import { checkAnswer, loadWithClient } from './load.ts'
import { choose, positive } from './options.ts'
import { residentKilobytes, type ServerProcess, startServer } from './processes.ts'
import { machine, ratio, saveGood, stellulaBuild, table } from './report.ts'
import { exchangeOf } from './scenarios.ts'
import { isRough, median } from './statistics.ts'

interface Sample {
  contender: string
  /** Kilobytes, as everything here. */
  started: number
  worked: number
  perConnection: number
}

const exchange = exchangeOf('hello')

async function sample(contender: string, requests: number, idle: number): Promise<Sample> {
  // Without options: here V8's own way of sizing the heap belongs to the question.
  const server = await startServer(contender, 'hello', [])
  try {
    await checkAnswer(server.port, exchange)
    const started = residentKilobytes(server.pid)
    let left = requests
    const { wrong } = await loadWithClient(server.port, exchange, () => left-- > 0)
    if (wrong > 0) throw new Error(`${contender} gave ${wrong} wrong answers.`)
    const worked = residentKilobytes(server.pid)
    const perConnection = await connectionCost(server, idle)
    return { contender, started, worked, perConnection }
  } finally {
    await server.stop()
  }
}

/** Each connection asks once and is then left alone, within Node's 5 s of keep-alive. */
async function connectionCost(server: ServerProcess, idle: number): Promise<number> {
  const before = residentKilobytes(server.pid)
  const opened: Connection[] = []
  try {
    while (opened.length < idle) {
      const batch = Array.from({ length: Math.min(100, idle - opened.length) }, openIdle)
      opened.push(...(await Promise.all(batch)))
    }
    await sleep(200)
    const closed = opened.filter(({ socket }) => socket.destroyed || socket.readableEnded).length
    if (closed > 0) console.error(`${server.contender} closed ${closed} idle connections`)
    return (residentKilobytes(server.pid) - before) / (idle - closed)
  } finally {
    for (const { socket } of opened) socket.destroy()
  }

  async function openIdle(): Promise<Connection> {
    const connection = await connect(server.port, exchange)
    await connection.ask()
    return connection
  }
}

const { values } = parseArgs({
  options: {
    sets: { type: 'string', default: '3' },
    requests: { type: 'string', default: '100000' },
    idle: { type: 'string', default: '2000' },
    contender: { type: 'string' },
  },
})
const sets = positive('sets', values.sets)
const requests = positive('requests', values.requests)
const idle = positive('idle', values.idle)
const chosen = choose('contender', values.contender, contenderNames)
const build = stellulaBuild()

const samples: Sample[] = []
for (let set = 0; set < sets; set++) {
  for (const contender of contenderNames.filter(
    (name) => name === 'raw' || chosen.includes(name),
  )) {
    try {
      samples.push(await sample(contender, requests, idle))
      console.error(JSON.stringify(samples.at(-1)))
    } catch (error) {
      console.error(`leaving out ${contender}: ${error instanceof Error ? error.message : error}`)
    }
  }
}

type Figure = 'started' | 'worked' | 'perConnection'

function all(contender: string, key: Figure): number[] {
  return samples.filter((one) => one.contender === contender).map((one) => one[key])
}

function middle(contender: string, key: Figure): number {
  return median(all(contender, key))
}

function range(contender: string, key: Figure): string {
  const figures = all(contender, key)
  return `${Math.min(...figures).toFixed(1)} to ${Math.max(...figures).toFixed(1)}`
}

function megabytes(kilobytes: number): string {
  return (kilobytes / 1024).toFixed(0)
}

const measured = [...new Set(samples.map(({ contender }) => contender))]
const rows = measured.map((contender) => [
  contender,
  megabytes(middle(contender, 'started')),
  megabytes(middle(contender, 'worked')),
  ratio(middle(contender, 'worked') / middle('raw', 'worked')),
  middle(contender, 'perConnection').toFixed(1),
  range(contender, 'perConnection'),
])
const header = [
  ...['contender', 'MB at start', 'MB after requests', 'against raw', 'KB per connection'],
  'by process',
]
const report = `## Memory

${machine(['stellula'])}
* resident set size, median of ${sets} fresh processes; ${requests} hello requests over 32 connections, then
  ${idle} keep-alive connections of one request each, left open

Targets for Stellula: 1.1 times raw or less after the requests, and 8 KB or less per connection.

${table(header, rows)}`
console.log(report)
const against = middle('stellula', 'perConnection') / middle('raw', 'perConnection')
const rough = isRough(all('stellula', 'perConnection'), against) ? ['KB per connection'] : []
saveGood({ name: 'memory', report, build, isWhole: values.contender === undefined, rough })
