import fc from 'fast-check'
import t from 'tap'
import { memoryBackend } from '../../lib/channels/memory.ts'
import { LRU } from '../../lib/internal/lru.ts'
import { memoryCounters } from '../../lib/middleware/ratelimit/counters.ts'
import { ByteCache } from '../../lib/staticfiles/bytecache.ts'
import { memoryStore } from '../../lib/stores/memory.ts'

/** The entries in the order of use, which empties it. */
function drained(lru: LRU<number>): (readonly [string, number])[] {
  const entries: (readonly [string, number])[] = []
  for (let { oldest } = lru; oldest !== undefined; oldest = lru.oldest) {
    lru.delete(oldest[0])
    entries.push(oldest)
  }
  return entries
}

type Step = readonly ['set' | 'use' | 'peek' | 'delete' | 'walk', key: string, value: number]

const steps = fc.array(
  fc.tuple(
    fc.constantFrom<Step[0]>('set', 'use', 'peek', 'delete', 'walk'),
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.nat(),
  ),
)

t.test('the order is that of use, after any operations', async () => {
  fc.assert(
    fc.property(steps, (all: readonly Step[]) => {
      const lru = new LRU<number>()
      const model = new Map<string, number>()
      for (const [name, key, value] of all) {
        const known = model.get(key)
        if (name === 'walk') {
          lru.walk()
          continue
        }
        if (name === 'set') lru.set(key, value)
        else if (lru[name](key) !== known) return false
        if (name !== 'peek') model.delete(key)
        if (name === 'set') model.set(key, value)
        if (name === 'use' && known !== undefined) model.set(key, known)
        if (lru.size !== model.size) return false
      }
      return JSON.stringify(drained(lru)) === JSON.stringify([...model])
    }),
  )
})

t.test('an iteration visits each entry once, also while entries are removed', async (t) => {
  const lru = new LRU<number>()
  for (const key of ['a', 'b', 'c', 'd']) lru.set(key, 0)
  const next = (): string | undefined => lru.walk()?.[0]
  while (next() !== undefined);

  t.same([next(), next()], ['a', 'b'])
  lru.delete('c')
  t.same([next(), next(), next()], ['d', undefined, 'a'])
  lru.clear()
  t.same([next(), lru.size, lru.oldest], [undefined, 0, undefined])
})

/** Milliseconds for a number of steps; the least of three, since others use the machine too. */
/** Of the processor, so that a busy machine takes no longer. */
function millisecondsFor(step: (index: number) => unknown, count: number): number {
  let index = 0
  const times = [1, 2, 3].map(() => {
    const start = process.cpuUsage()
    for (const end = index + count; index < end; index++) step(index)
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

// With a walk over what has gone, each of these took 30 µs and more; 2,000 of them 60 ms and more.
t.test('many new keys cost no more when the cache is full', async (t) => {
  const FULL = 50_000
  const limit = { max: 1, seconds: 60 }
  const store = memoryStore({ maxEntries: FULL })
  const counters = memoryCounters()
  const cache = new ByteCache<number>(FULL)
  const backend = memoryBackend({ history: 1, maxSize: FULL * 100 })
  const floods: Record<string, (index: number) => unknown> = {
    memoryStore: (index) => store.set(String(index), new Uint8Array(1), 60),
    rateLimit: (index) => counters.take(limit, String(index), 1, Date.now()),
    StaticFiles: (index) => cache.set(String(index), index, 1),
    memoryBackend: (index) => backend.publish(String(index), ''),
  }
  for (const [name, step] of Object.entries(floods)) {
    for (let index = 0; index < FULL; index++) step(-index)
    const took = millisecondsFor(step, 2000)
    t.ok(took < 60, `${name}: ${took.toFixed(1)} ms for 2,000 keys`)
  }
})
