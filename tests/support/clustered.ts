// A program of several processes, for tests of `cluster`. Its argument holds what they do.
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { cluster } from '../../lib/servers/cluster.ts'
import { serve } from '../../lib/servers/node.ts'
import type { App } from '../../lib/types.ts'

export interface Clustered {
  readonly workers?: number
  /** Workers cannot start while this file exists. */
  readonly brokenBy?: string
  readonly gracePeriodMs?: number
  readonly drainDelayMs?: number
  /** How long workers load before they call `cluster`. */
  readonly loadingMs?: number
}

const wanted: Clustered = JSON.parse(process.argv[2] ?? '{}')
const { workers = 2, brokenBy, gracePeriodMs = 1_000, drainDelayMs = 0, loadingMs } = wanted

const appOf =
  (number: number): App =>
  async (scope, receive, send) => {
    if (scope.type === 'lifespan') {
      await receive()
      await send({ type: 'lifespan.startup.complete' })
      await receive()
      console.log(`shutdown ${number}`)
      return send({ type: 'lifespan.shutdown.complete' })
    }
    if (scope.path === '/crash') process.exit(3)
    await send({ type: 'http.response.start', status: 200, headers: [] })
    if (scope.path === '/slow') await sleep(300)
    const body = Buffer.from(`${number} ${process.pid}`)
    if (scope.path !== '/open') return send({ type: 'http.response.body', body })
    await send({ type: 'http.response.body', body, moreBody: true })
    while ((await receive()).type !== 'http.disconnect');
  }

if (loadingMs !== undefined && process.env['STELLULA_WORKER'] !== undefined) {
  console.log('loading')
  await sleep(loadingMs)
}

const { role, closed } = await cluster(
  async ({ number }) => {
    if (brokenBy !== undefined && existsSync(brokenBy)) throw new Error('broken')
    setInterval(() => {}, 1_000) // which does not hold a worker that has closed
    const server = await serve(appOf(number), { port: 0, gracePeriodMs, drainDelayMs })
    console.log(`port ${server.address.port} worker ${number} ${process.env['STELLULA_WORKER']}`)
    return server
  },
  { workers, gracePeriodMs, shutdownTimeoutMs: 1_000 },
)
if (role === 'primary') console.log('all ready')
await closed
if (role === 'primary') console.log('all ended')
