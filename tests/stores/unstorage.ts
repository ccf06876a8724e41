import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Redis } from 'ioredis'
import t from 'tap'
import { createStorage, prefixStorage } from 'unstorage'
import fsLite from 'unstorage/drivers/fs-lite'
import redisDriver from 'unstorage/drivers/redis'
import { encodeText } from '../../lib/internal/bytes.ts'
import { type Unstorage, unstorageStore } from '../../lib/stores/unstorage.ts'
import { noRedis, RedisServer } from '../support/redis.ts'
import { stands } from '../support/stores.ts'

// Row LS-STORE-3.
t.test('a storage in memory behaves as a store', async (t) =>
  stands(t, unstorageStore({ storage: createStorage() })),
)

t.test('a storage of files behaves as a store', async (t) => {
  const base = mkdtempSync(`${tmpdir()}/stellula-unstorage-`)
  t.teardown(() => rmSync(base, { recursive: true, force: true }))

  await stands(t, unstorageStore({ storage: createStorage({ driver: fsLite({ base }) }) }))
})

t.test('a storage in Redis behaves as a store, and expires keys', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const driver = redisDriver({ path: server.path, base: 'shop' })
  const storage = createStorage({ driver })
  t.teardown(() => storage.dispose())
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  const store = unstorageStore({ storage })

  await stands(t, store)

  await store.clear()
  t.equal(await client.dbsize(), 0)
  await store.set('a', encodeText('1'), 100)
  const [name = ''] = await client.keys('*')
  const left = await client.pttl(name)
  t.ok(left > 90_000 && left <= 102_000, String(left))
})

t.test('a part of a storage is a separate store', async (t) => {
  const storage = createStorage()
  await storage.setItem('others', 'stay')
  const store = unstorageStore({ storage: prefixStorage(storage, 'shop') })
  await store.set('a', encodeText('1'), 60)

  await store.clear()

  t.equal(await store.get('a'), undefined)
  t.equal(await storage.getItem('others'), 'stay')
})

t.test('a driver that fails or hangs is unavailable', async (t) => {
  const failing = async (): Promise<never> => {
    throw new Error('quota exceeded')
  }
  const storage: Unstorage = {
    getItemRaw: () => new Promise(() => {}),
    setItemRaw: failing,
    removeItem: failing,
    getKeys: failing,
  }
  const store = unstorageStore({ storage, timeoutMs: 10 })

  await t.rejects(store.set('a', encodeText('1'), 60), {
    name: 'StoreUnavailable',
    status: 503,
    message: 'unstorageStore: writing failed, quota exceeded. Check that it can be reached.',
  })
  await t.rejects(store.get('a'), {
    message: /^unstorageStore: reading failed, it took longer than 10 ms\./,
  })
  await t.rejects(store.clear(), { name: 'StoreUnavailable' })
})

t.test('invalid options are refused at once', (t) => {
  t.throws(() => unstorageStore({ storage: {} as Unstorage }), {
    name: 'TypeError',
    message:
      'unstorageStore: storage must be a storage of unstorage, an object was given. Pass createStorage({ driver }).',
  })
  t.throws(() => unstorageStore({ storage: createStorage(), timeoutMs: 0 }), {
    name: 'RangeError',
    message:
      /^unstorageStore: timeoutMs must be a number of milliseconds below 2\^31, 0 was given\./,
  })
  t.end()
})
