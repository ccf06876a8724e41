// A cache over a store that fails, or holds what another version has written.
import t from 'tap'
import type { CacheStore } from '../../../lib/middleware/cacheresponse.ts'
import { memoryStore, StoreUnavailable } from '../../../lib/stores.ts'
import { caching, counted, type Get } from '../../support/caching.ts'

/** What two requests in a row get. */
async function twice(get: Get): Promise<string[]> {
  return [(await get()).text, (await get()).text]
}

const PASSED = ['answer 1', 'answer 2']

t.test('an error of the store is reported, and the app answers', async (t) => {
  const errors: unknown[] = []
  const fail = (): Promise<never> => Promise.reject(new Error('gone'))
  const store = { get: fail, set: fail, delete: fail }
  const get = caching(counted().app, { store, onError: (error: unknown) => errors.push(error) })

  t.same(await twice(get), PASSED)
  t.equal((await get([], { method: 'POST' })).text, 'answer 3')
  t.ok(errors.length >= 5)
})

t.test('an outage of the store is reported once', async (t) => {
  const errors: unknown[] = []
  const inner = memoryStore()
  let isAway = true
  const asked = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    if (isAway) throw new StoreUnavailable('gone')
    return work()
  }
  const store: CacheStore = {
    get: (key) => asked(() => inner.get(key)),
    set: (key, value, ttl) => asked(() => inner.set(key, value, ttl)),
    delete: (key) => asked(() => inner.delete(key)),
  }
  const get = caching(counted().app, { store, onError: (error: unknown) => errors.push(error) })

  t.same(await twice(get), PASSED)
  await get([], { method: 'POST' })
  t.match(errors, [{ name: 'StoreUnavailable' }])
  isAway = false
  t.equal((await get()).text, 'answer 4')
  isAway = true
  await get()
  await get()
  t.equal(errors.length, 2)
})

t.test('an entry of another version is ignored', async (t) => {
  for (const text of ['', '{}', 'junk\n', '{"vary":[]}\n', '{"vary":1}\nx']) {
    const get = async () => Buffer.from(text)
    const store = { get, set: async () => {}, delete: async () => {} }
    t.equal((await caching(counted().app, { store })()).text, 'answer 1', text)
  }
})
