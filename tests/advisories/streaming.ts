// Runs alone: measures the memory of its process.
// Published advisories about streamed responses, and that they do not work here. Each test is named
// by the advisory, attacks a server through a socket, and then asks the same server once more.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { StreamingResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { collectGarbage } from '../support/gc.ts'
import { eventually, listening, request } from '../support/sockets.ts'

const MEGABYTE = 1_000_000
const CHUNK = 100_000
const GIGABYTE_IN_CHUNKS = (1000 * MEGABYTE) / CHUNK

t.test('fastify CVE-2026-25224: a client that does not read stops the producer', async (t) => {
  let made = 0
  let stopped = 0
  async function* generated(): AsyncGenerator<Uint8Array> {
    try {
      for (let index = 0; index < GIGABYTE_IN_CHUNKS; index++) {
        made++
        yield Buffer.alloc(CHUNK, 1)
      }
    } finally {
      stopped++
    }
  }
  const pulled = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(CHUNK, 1))
        if (++made === GIGABYTE_IN_CHUNKS) controller.close()
      },
      cancel() {
        stopped++
      },
    })
  const routes = [
    alive,
    Route('/generator', () => new StreamingResponse(generated())),
    Route('/web-stream', () => new StreamingResponse(pulled())),
    Route('/app', () => async (_scope, _receive, send) => {
      const source = generated()
      try {
        await send({ type: 'http.response.start', status: 200, headers: [] })
        for await (const body of source) {
          await send({ type: 'http.response.body', body, moreBody: true })
        }
      } finally {
        await source.return(undefined)
      }
    }),
  ]
  const served = await listening(t, Application({ routes }))

  for (const path of ['/generator', '/web-stream', '/app']) {
    await t.test(`of ${path}`, async (t) => {
      made = 0
      stopped = 0
      collectGarbage()
      const before = process.memoryUsage()
      // A socket that nobody listens to is not read from.
      const socket = connect({ port: served.port, host: '127.0.0.1' })
      socket.on('error', () => {})
      socket.write(request(`GET ${path}`))
      await eventually(() => made > 0, 'the first chunk')
      let last = 0
      while (made > last) {
        last = made
        await sleep(200)
      }
      const after = process.memoryUsage()

      t.ok(made < 200, `${made} of ${GIGABYTE_IN_CHUNKS} chunks were made`)
      const growth = (after.rss - before.rss) / MEGABYTE
      t.ok(growth < 100, `memory grew by ${growth.toFixed(1)} MB`)
      await assertAlive(t, served)
      t.equal(made, last, 'and it stays so')

      socket.destroy()
      await eventually(() => stopped === 1, 'the end of the producer')
      t.ok(made <= last + 2)
    })
  }
  t.same(served.errors, [])
})

// 5,000 departures without sockets are in tests/responses/streaming/departure.ts; with them, 1,000
// take a few seconds.
t.test(
  'node-server 107, 171, 269, bun 28636, Node 54614: 1,000 clients that disconnect leave no resources behind',
  async (t) => {
    const program = fileURLToPath(
      new URL('../support/serverprocess/departures.js', import.meta.url),
    )
    const child = spawn(process.execPath, [program, '200', '800'])
    t.teardown(() => child.kill('SIGKILL'))
    const [code, output, log] = await Promise.all([
      once(child, 'close').then(([code]) => code),
      text(child.stdout),
      text(child.stderr),
    ])

    t.equal(code, 0)
    t.equal(log, '')
    const { before, after, ...counts } = JSON.parse(output)
    t.same(counts, { started: 1000, stopped: 1000, aborted: 800 })
    t.ok(after < before * 1.1, `${before} bytes before, ${after} after`)
  },
)
