import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import type { RedisClient } from '../../lib/redis.ts'
import { redisStore } from '../../lib/stores/redis.ts'
import type { Store } from '../../lib/stores/store.ts'
import { timers } from '../support/eventstream.ts'
import { noRedis, RedisServer } from '../support/redis.ts'
import { CLIENTS } from '../support/redisclients.ts'
import { stands } from '../support/stores.ts'

const RETRY_MS = 20

t.test('no timer is left behind', async (t) => {
  const before = timers()
  const replies = [
    async () => 1,
    () => Promise.reject(new Error('no')),
    () => new Promise(() => {}),
  ]

  for (const sendCommand of replies) {
    const store = redisStore({ client: { sendCommand }, timeoutMs: 10 })
    await store.delete('a').catch(() => {})
    await setImmediate() // one that has just run counts until then
    t.ok(timers() <= before)
  }
})

for (const [name, connect] of Object.entries(CLIENTS)) {
  t.test(`${name} behaves as a store`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)

    await stands(t, redisStore({ client }))
  })

  t.test(`${name} fails in time without Redis, and recovers`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)
    const store = redisStore({ client, timeoutMs: 200 })
    t.ok(await answers(store))

    server.freeze(true)
    await t.rejects(store.get('a'), {
      name: 'StoreUnavailable',
      message:
        'redisStore: GET failed, it took longer than 200 ms. Check that Redis runs and can be reached.',
      cause: Error,
    })
    const midway = store.increment('n', 1, { ttl: 60 })
    await Promise.all([server.kill(), t.rejects(midway, { name: 'StoreUnavailable' })])
    await t.rejects(store.set('a', encodeText('2'), 60), { name: 'StoreUnavailable' })
    await server.start()

    t.ok(await answers(store))
  })
}

/** Whether the store comes back within some seconds. */
async function answers(store: Store): Promise<boolean> {
  for (let count = 0; count < 100; count++) {
    const done = await store.set('b', encodeText('1'), 60).then(
      () => true,
      () => false,
    )
    if (done) return true
    await sleep(RETRY_MS)
  }
  return false
}

t.test('an error reply of Redis is the cause', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  await client.rpush('list', 'a')

  await t.rejects(redisStore({ client }).get('list'), {
    name: 'StoreUnavailable',
    message: /^redisStore: GET failed, WRONGTYPE/,
    cause: { name: 'ReplyError' },
  })
})

t.test('times to live are passed to Redis', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  const store = redisStore({ client })

  await store.set('a', encodeText('1'), 100)
  await store.increment('n', 1, { ttl: 100 })
  t.ok((await client.pttl('a')) > 99_000)
  t.ok((await client.pttl('n')) > 99_000)

  await store.touch('a', 1e300)
  t.equal(await client.pttl('a'), -1, 'a time too long for Redis is for ever')
  await store.increment('n', 1, { ttl: 1 })
  t.ok((await client.pttl('n')) > 99_000)
  await store.set('n', encodeText('1'), Number.POSITIVE_INFINITY)
  t.equal(await client.pttl('n'), -1)
  t.equal(await store.touch('missing', Number.POSITIVE_INFINITY), false)
})

t.test('a thrown value that is not an Error is passed on too', async (t) => {
  const client: RedisClient = { sendCommand: () => Promise.reject('no reason') }

  await t.rejects(redisStore({ client }).delete('a'), {
    message: /^redisStore: DEL failed, no reason\. /,
    cause: 'no reason',
  })
})

t.test('an invalid client is refused at once', async (t) => {
  const client = {} as RedisClient // as JavaScript may pass it

  t.throws(() => redisStore({ client }), {
    name: 'TypeError',
    message:
      'redisStore: client must be a client of ioredis, iovalkey or redis, an object was given. Pass the connected client.',
  })
})

t.test('an invalid time limit is refused at once', async (t) => {
  const client: RedisClient = { callBuffer: async () => null }

  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    t.throws(() => redisStore({ client, timeoutMs }), {
      name: 'RangeError',
      message: `redisStore: timeoutMs must be a number of milliseconds below 2^31, ${timeoutMs} was given. Choose how long a request may wait.`,
    })
  }
})
