// A program that serves streams to clients that leave, and tells what is left of them, in a process
// of its own: a test runner's hooks keep what they have seen.
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Application } from '../../../lib/applications.ts'
import type { Request } from '../../../lib/requests.ts'
import { StreamingResponse } from '../../../lib/responses.ts'
import { Route } from '../../../lib/routing.ts'
import { serve } from '../../../lib/servers/node.ts'
import { collectGarbage } from '../gc.ts'

const AT_ONCE = 20
const counts = { started: 0, stopped: 0, aborted: 0 }

async function* events({ signal }: Request): AsyncGenerator<string> {
  counts.started++
  signal.addEventListener('abort', () => counts.aborted++)
  try {
    yield 'data: first\n\n'
    // As a subscription does: nothing more to say until something happens.
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    for (;;) yield 'data: late\n\n'
  } finally {
    counts.stopped++
  }
}

async function* flood(): AsyncGenerator<Uint8Array> {
  counts.started++
  try {
    for (;;) yield new Uint8Array(10_000)
  } finally {
    counts.stopped++
  }
}

const server = await serve(
  Application({
    routes: [
      Route('/events', (request) => new StreamingResponse(events(request))),
      Route('/flood', () => new StreamingResponse(flood())),
    ],
  }),
  { port: 0 },
)

/** Asks, takes the first bytes of the answer, and goes without a word. */
async function leave(path: string): Promise<void> {
  const socket = connect({ port: server.address.port ?? 0, host: '127.0.0.1' })
  socket.on('error', () => {})
  socket.write(`GET ${path} HTTP/1.1\r\nhost: test\r\n\r\n`)
  await once(socket, 'data')
  socket.resetAndDestroy()
  await once(socket, 'close')
}

/** Every fifth group is sent more than it can take. */
async function leaveOften(times: number): Promise<void> {
  for (let group = 0; group < times / AT_ONCE; group++) {
    const path = group % 5 === 4 ? '/flood' : '/events'
    await Promise.all(Array.from({ length: AT_ONCE }, () => leave(path)))
  }
  while (counts.stopped < counts.started) await sleep(10)
}

async function memory(): Promise<number> {
  await sleep(100)
  collectGarbage()
  await sleep(10)
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const [warmUp = 0, measured = 0] = process.argv.slice(2).map(Number)
await leaveOften(warmUp)
const before = await memory()
await leaveOften(measured)
const after = await memory()
console.log(JSON.stringify({ ...counts, before, after }))
await server.close()
