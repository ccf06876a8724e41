// What the workers share, in a process that is no worker, and what the primary does with their questions.
import cluster from 'node:cluster'
import t from 'tap'
import { channels } from '../../../lib/channels.ts'
import { metrics } from '../../../lib/middleware/metrics.ts'
import { storeCounters } from '../../../lib/middleware/ratelimit/counters.ts'
import { spend } from '../../../lib/middleware/ratelimit/spend.ts'
import { answer } from '../../../lib/servers/cluster/answers.ts'
import type { Peer } from '../../../lib/servers/cluster/peer.ts'
import { clusterBackend, clusterMetrics, clusterStore } from '../../../lib/servers/cluster.ts'
import { carries, remembers } from '../../support/channels.ts'
import { call, httpScope } from '../../support/scopes.ts'
import { stands } from '../../support/stores.ts'

t.test('without workers it is a store', async (t) => {
  await stands(t, clusterStore())
  const store = clusterStore({ name: 'one' })
  await store.increment('a', 1, { ttl: 60 })
  t.equal(await clusterStore({ name: 'one' }).increment('a', 1, { ttl: 60 }), 2, 'by its name')
  t.equal(await clusterStore({ name: 'two' }).increment('a', 1, { ttl: 60 }), 1)
})

t.test('without workers it is a channels backend', async (t) => {
  await using here = channels({ backend: clusterBackend({ history: 5 }) })
  await using there = channels({ backend: clusterBackend({ history: 5 }) })
  await carries(t, here, there)
  await remembers(t, here, there)
})

t.test('limits take from all windows or from none, and fade', async (t) => {
  let now = 0
  t.intercept(Date, 'now', { value: () => now })
  const store = clusterStore({ name: 'limits' })
  const counters = storeCounters(store)
  const minute = { max: 4, seconds: 60 }
  const hour = { max: 10, seconds: 3600 }
  const take = async (seconds: number, cost: number, limits = [minute]): Promise<unknown> => {
    now = seconds * 1000
    const verdicts = await spend(counters, limits, 'a', cost)
    return verdicts.map(({ isAllowed, remaining }) => [isAllowed, remaining])
  }
  t.same(await take(0, 4), [[true, 0]])
  t.same(await take(1, 1), [[false, 0]])
  t.same(await take(60, 1), [[false, 0]], 'all of it counts yet')
  t.same(await take(90, 1), [[true, 1]], 'half of it')
  t.same(await take(150, 1), [[true, 2]], 'half of the one')
  t.same(await take(119, 1), [[true, 1]], 'the clock went back a little: the sum is kept')
  t.same(await take(300, 4), [[true, 0]], 'nothing of what is two windows ago')
  t.same(await take(420, 3, [minute, hour]), [
    [true, 1],
    [true, 7],
  ])
  t.same(await take(540, 3, [hour, minute]), [
    [true, 4],
    [true, 1],
  ])
  t.same(await take(660, 4, [minute, hour]), [
    [true, 0],
    [true, 0],
  ])
  t.same(await take(780, 1, [minute, hour]), [
    [true, 4],
    [false, 0],
  ])
  t.same(await take(780, 4, [minute]), [[true, 0]], 'which took nothing')
  await t.rejects(store.spend?.('a', 0.5, [minute]) ?? Promise.resolve([]), /must be an integer/)
})

t.test('many new clients replace the least recently seen ones', async (t) => {
  const counters = storeCounters(clusterStore({ name: 'flood', maxEntries: 10 }))
  const limits = [{ max: 1, seconds: 3600 }]
  for (let client = 0; client <= 10; client++) await spend(counters, limits, `c${client}`, 1)
  t.match(await spend(counters, limits, 'c10', 1), [{ isAllowed: false }])
  t.match(await spend(counters, limits, 'c0', 1), [{ isAllowed: true }])
  await clusterStore({ name: 'flood', maxEntries: 10 }).clear('ratelimit:c1')
  t.match(await spend(counters, limits, 'c10', 1), [{ isAllowed: true }])
  t.match(await spend(counters, limits, 'c9', 1), [{ isAllowed: false }])
})

t.test('metrics are those of this process', async (t) => {
  const counted = metrics()
  const { expose, render } = clusterMetrics(counted)
  const app = counted(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 204, headers: [] })
    await send({ type: 'http.response.body' })
  })
  await call(app, httpScope())
  t.equal(await render(), counted.render())
  t.match((await expose()).headers.get('content-type'), /version=0\.0\.4/)
})

t.test('workers of another primary are refused', async (t) => {
  t.intercept(cluster, 'isWorker', { value: true })
  for (const make of [clusterStore, clusterBackend, () => clusterMetrics(metrics())]) {
    t.throws(make, /: the workers must be those of cluster\(\), one of another primary was given/)
  }
})

t.test('options are checked', async (t) => {
  const wrong: readonly (readonly [make: () => unknown, message: RegExp])[] = [
    [() => clusterStore({ name: 'a b' }), /^clusterStore: a name must consist of letters/],
    [() => clusterStore({ maxEntries: 0 }), /^clusterStore: maxEntries must be a number greater/],
    [() => clusterStore({ timeoutMs: 0 }), /^clusterStore: timeoutMs must be a number of mill/],
    [() => clusterStore({ size: 1 } as never), /^clusterStore: unknown option "size"/],
    [() => clusterBackend({ name: '' }), /^clusterBackend: a name must consist of letters/],
    [() => clusterBackend({ history: -1 }), /^clusterBackend: history must be a whole number/],
    [() => clusterBackend({ maxSize: 0 }), /^clusterBackend: maxSize must be a number greater/],
    [
      () => clusterMetrics({} as never),
      /^clusterMetrics: the argument must be a result of metrics\(\)/,
    ],
  ]
  for (const [make, message] of wrong) t.throws(make, message)
})

/** A worker that only notes what it is told. */
class NotedPeer implements Peer {
  backlog = 0
  gone = new Promise<void>((resolve) => {
    this.end = resolve
  })
  declare end: () => void
  readonly told: unknown[] = []
  #ids = 0
  readonly #read: (() => void)[] = []

  tell(message: object, _size: number, onRead = (): void => {}): void {
    this.told.push('news' in message ? message.news : message)
    this.#read.push(onRead)
  }

  /** Reads all. */
  read(): void {
    this.backlog = 0
    for (const onRead of this.#read.splice(0)) onRead()
  }

  ask(topic: 'store' | 'channels', ...question: readonly unknown[]): Promise<void> {
    return answer({ stellula: 'ask', id: ++this.#ids, topic, question }, this)
  }
}

t.test('a worker that reads too slowly gets the number of missed messages', async (t) => {
  const peer = new NotedPeer()
  const bus = channels({ backend: clusterBackend({ name: 'slow' }) })
  await peer.ask('channels', 'slow', 'join', 'news', 1, 7)
  await bus.publish('news', 'a')
  peer.backlog = 20_000_000
  await bus.publish('news', 'b')
  await bus.publish('news', 'c')
  peer.read()
  await bus.publish('news', 'd')
  peer.end()
  await peer.gone
  await bus.publish('news', 'e')
  t.same(peer.told, [
    { stellula: 'reply', id: 1, value: undefined },
    [1, 'news', 7, 'message', ['text', 'a'], undefined],
    [1, 'news', 7, 'gap', 2],
    [1, 'news', 7, 'message', ['text', 'd'], undefined],
  ])
  await bus.close()
})

t.test('every request of a worker gets an answer', async (t) => {
  const peer = new NotedPeer()
  await peer.ask('store', 'unknown', 'get', 'a')
  await peer.ask('store', 'small', 'open', 10, 100)
  await peer.ask('store', 'small', 'set', 'a', 'YQ==', null)
  await peer.ask('store', 'small', 'increment', 'a', 1, 60, null)
  peer.backlog = 64_000_000
  await peer.ask('store', 'small', 'get', 'a')
  await peer.ask('channels', 'unknown', 'publish', 'a', ['text', 'b'])
  t.match(peer.told, [
    { id: 1, error: { name: 'Error', message: 'no store is named "unknown"' } },
    { id: 2, error: undefined },
    { id: 3, error: undefined },
    { id: 4, error: { name: 'TypeError', message: /^store: only counters/ } },
    { id: 5, error: { name: 'Error', message: 'the worker reads no answers' } },
    { id: 6, error: { name: 'Error', message: 'no channels are named "unknown"' } },
  ])
})

t.test('other limits for the same name are reported, and shared', async (t) => {
  const told = t.capture(console, 'error')
  clusterStore({ name: 'limited', maxEntries: 5 })
  clusterStore({ name: 'limited', maxEntries: 6 })
  clusterBackend({ name: 'limited', history: 5 })
  clusterBackend({ name: 'limited', history: 6 })
  t.match(told.args(), [
    [
      /^clusterStore: "limited" continues with maxEntries 5 and maxSize 64000000\. Start the primary/,
    ],
    [
      /^clusterBackend: "limited" continues with history 5 and maxSize 64000000\. Start the primary/,
    ],
  ])
})
