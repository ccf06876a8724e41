// A program of two processes that share what they keep, for tests of stores, channels and metrics.

import loose from 'node:assert'
import assert from 'node:assert/strict'
import type { Test } from 'tap'
import { Application } from '../../lib/applications.ts'
import { channels } from '../../lib/channels.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { metrics } from '../../lib/middleware/metrics.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import type { Request } from '../../lib/requests.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router } from '../../lib/routing.ts'
import { cluster, clusterBackend, clusterMetrics, clusterStore } from '../../lib/servers/cluster.ts'
import { serve } from '../../lib/servers/node.ts'
import { carries, remembers } from './channels.ts'
import { stands } from './stores.ts'

const text = (value: unknown): PlainTextResponse => new PlainTextResponse(String(value))

/** Runs in a worker what is otherwise checked by tap; a check that fails rejects. */
const checks = {
  test: (_name: string, run: (t: unknown) => Promise<void>) => run(checks),
  ok: assert.ok,
  equal: assert.equal,
  same: loose.deepEqual,
  rejects: assert.rejects,
} as unknown as Test

const store = clusterStore({ timeoutMs: 10_000 })
const hasty = clusterStore({ timeoutMs: 300 })
const bus = channels({ backend: clusterBackend({ history: 5, timeoutMs: 10_000 }) })
const small = clusterStore({ name: 'small', maxEntries: 2 })
const heard: string[] = []
const counted = metrics({ skip: ({ path }) => path !== '/shared/visits' })
const limits = [
  { max: 20, seconds: 3600 },
  { max: 1000, seconds: 86_400 },
]

const visits = ({ session }: Request): PlainTextResponse => {
  session.data.visits = Number(session.data.visits ?? 0) + 1
  return text(session.data.visits)
}

const shared = Router([
  Route('/limited', () => text('passed'), {
    middleware: [rateLimit({ limits, store, name: 'a' })],
  }),
  Route('/visits', visits, { middleware: [sessions({ store, secure: false })] }),
  Route('/cached', () => text(process.pid), { middleware: [cacheResponse({ store, ttl: 60 })] }),
])

const app = Application({
  middleware: [counted],
  routes: [
    Mount('/shared', shared),
    Route('/pid', () => text(process.pid)),
    Route('/crash', () => process.exit(3)),
    Route('/metrics', clusterMetrics(counted).expose),
    Route('/count', async () => text(await store.increment('count', 1, { ttl: 60 }))),
    Route('/hasty', async () => text(await hasty.increment('hasty', 1, { ttl: 60 }))),
    Route('/many', async () => {
      const sums = Array.from({ length: 500 }, () =>
        store.increment('many', 1, { ttl: 60, max: 800 }),
      )
      return text((await Promise.all(sums)).filter((sum) => sum <= 800).length)
    }),
    Route('/full', async () => {
      for (const key of 'abc') await small.set(key, new Uint8Array(1), 60)
      return text((await Promise.all([...'abc'].map((key) => small.get(key)))).map(Boolean))
    }),
    Route('/say/{words}', async ({ pathParams }) => {
      await bus.publish('news', String(pathParams['words']))
      return text('said')
    }),
    Route('/heard', () => text(heard)),
    Route('/checked', async () => {
      const name = String(process.pid)
      await stands(checks, clusterStore({ name, timeoutMs: 10_000 }))
      const connected = { name, history: 5, timeoutMs: 10_000 }
      await using here = channels({ backend: clusterBackend(connected) })
      await using there = channels({ backend: clusterBackend(connected) })
      await carries(checks, here, there)
      await remembers(checks, here, there)
      return text('fine')
    }),
  ],
})

const { role, closed } = await cluster(
  async () => {
    const news = await bus.subscribe('news', { history: 5 })
    const listening = (async () => {
      for await (const message of news) heard.push(message.text)
    })()
    const server = await serve(app, { port: 0, gracePeriodMs: 500 })
    server.closed.then(() => bus.close()).then(() => listening)
    console.log(`port ${server.address.port}`)
    return server
  },
  { workers: 2 },
)
if (role === 'primary') console.log('all ready')
await closed
