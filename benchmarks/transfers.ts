// How much memory does a server hold while a gigabyte passes through it?
//
//   node benchmarks/build/transfers.js [--mebibytes 1024] [--contender a,b] [--transfer file,down]

import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as startRequest } from 'node:http'
import { parseArgs } from 'node:util'
import { contenderNames } from './contender.ts'
import { makeHole } from './files.ts'
import { choose, positive } from './options.ts'
import { uploadEnvelope } from './payloads.ts'
import { peakKilobytes, residentKilobytes, startServer } from './processes.ts'
import { machine, saveGood, stellulaBuild, table } from './report.ts'
import type { Scenario } from './scenarios.ts'
import { sections } from './sections.ts'

interface Transfer {
  title: string
  /** The app that is asked. */
  scenario: Scenario
  /** How many bytes the server sent, or says that it was sent. */
  run(port: number, mebibytes: number): Promise<number>
}

const transfers = {
  file: {
    title: 'a static file',
    scenario: 'static1m',
    run: (port, mebibytes) => download(port, makeHole(mebibytes)),
  },
  down: {
    title: 'a body that is made while it is sent',
    scenario: 'down',
    run: (port, mebibytes) => download(port, `/down/${mebibytes}`),
  },
  up: {
    title: 'a body that is read as a stream',
    scenario: 'up',
    run: (port, mebibytes) => {
      return upload(port, '/up', mebibytes, 'application/octet-stream')
    },
  },
  parts: {
    title: 'a file in a multipart form, as in upload5m',
    scenario: 'upload5m',
    run: (port, mebibytes) => {
      const { type, head, tail } = uploadEnvelope()
      return upload(port, '/uploads', mebibytes, type, head, tail)
    },
  },
} satisfies Record<string, Transfer>

async function download(port: number, path: string): Promise<number> {
  const request = startRequest({ port, host: '127.0.0.1', path }).end()
  let size = 0
  for await (const chunk of await answerTo(request)) size += chunk.length
  return size
}

const piece = new Uint8Array(64 * 1024)

async function upload(
  port: number,
  path: string,
  mebibytes: number,
  type: string,
  head = '',
  tail = '',
): Promise<number> {
  const length = head.length + mebibytes * 1024 * 1024 + tail.length
  const headers = { 'content-type': type, 'content-length': length }
  const request = startRequest({ port, host: '127.0.0.1', path, headers, method: 'POST' })
  const answered = answerTo(request)
  answered.catch(() => {})
  request.write(head)
  for (let count = 0; count < mebibytes * 16; count++) {
    if (request.destroyed) break
    if (!request.write(piece)) await Promise.race([once(request, 'drain'), answered])
  }
  request.end(tail)

  let text = ''
  for await (const part of (await answered).setEncoding('utf8')) text += part
  const { size }: { size: number } = JSON.parse(text)
  return size
}

async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  const [answer]: IncomingMessage[] = await once(request, 'response')
  if (answer === undefined) throw new Error('answerTo: there is no answer.')
  const { statusCode = 0 } = answer
  if (statusCode === 200) return answer
  throw new Error(`answerTo: 200 is right, but the server answered ${statusCode}.`)
}

interface Sample {
  /** Megabytes, as everything here. */
  before: number
  after: number
  peak: number
  perSecond: number
}

async function sample(contender: string, transfer: Transfer, mebibytes: number): Promise<Sample> {
  // Without options: here V8's own way of sizing the heap belongs to the question.
  const server = await startServer(contender, transfer.scenario, [])
  try {
    // So that what is grown by afterwards is not what any work makes grow.
    await transferred(server.port, transfer, Math.ceil(mebibytes / 16))
    const before = residentKilobytes(server.pid) / 1024
    const started = performance.now()
    await transferred(server.port, transfer, mebibytes)
    const seconds = (performance.now() - started) / 1000
    const after = residentKilobytes(server.pid) / 1024
    return { before, after, peak: peakKilobytes(server.pid) / 1024, perSecond: mebibytes / seconds }
  } finally {
    await server.stop()
  }
}

async function transferred(port: number, transfer: Transfer, mebibytes: number): Promise<void> {
  const size = await transfer.run(port, mebibytes)
  if (size === mebibytes * 1024 * 1024) return
  throw new Error(`${transfer.title}: ${mebibytes} MB are right, but ${size} bytes came through.`)
}

const { values } = parseArgs({
  options: {
    mebibytes: { type: 'string', default: '1024' },
    contender: { type: 'string' },
    transfer: { type: 'string' },
  },
})
const mebibytes = positive('mebibytes', values.mebibytes)
const chosen = choose('contender', values.contender, contenderNames)
const kinds = Object.keys(transfers) as (keyof typeof transfers)[]
const asked = choose('transfer', values.transfer, kinds)
const build = stellulaBuild()

const parts: string[] = []
for (const kind of asked) {
  const transfer = transfers[kind]
  const rows: string[][] = []
  for (const contender of chosen) {
    try {
      const { before, after, peak, perSecond } = await sample(contender, transfer, mebibytes)
      const figures = [before, after, peak, peak - before, perSecond]
      rows.push([contender, ...figures.map((figure) => figure.toFixed(0))])
    } catch (error) {
      console.error(`${kind}: leaving out ${contender}: ${error}`)
    }
    console.error(kind, rows.at(-1)?.join(' '))
  }
  const header = ['contender', 'MB before', 'MB after', 'MB at the peak', 'grown by', 'MB/s']
  parts.push(`### ${transfer.title}\n\n${table(header, rows)}`)
}

const report = `## A gigabyte in transit

${machine(sections['files']?.packages ?? [])}
* resident set size of a fresh process: before, when ${Math.ceil(mebibytes / 16)} MB have passed; at the peak and after,
  with ${mebibytes} MB in one request on one connection

Target for Stellula: no growth with the size. What holds a whole upload grows by it at least.

${parts.join('\n\n')}`
console.log(report)
const isWhole = values.contender === undefined && values.transfer === undefined
// A growth by the size is a hundred times the noise, so one process of each is enough.
saveGood({ name: 'transfers', report, build, isWhole, rough: [] })
