import { Redis } from 'ioredis'
import { Redis as Valkey } from 'iovalkey'
import { createClient } from 'redis'
import t from 'tap'
import { type RedisClient, redisCommands } from '../lib/redis.ts'
import { noRedis, RedisServer } from './support/redis.ts'

t.test('every client sends in order, and returns bytes unchanged', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const ioredis = new Redis({ path: server.path })
  const iovalkey = new Valkey({ path: server.path })
  const redis = createClient({ socket: { path: server.path, tls: false } })
  await redis.connect()
  t.teardown(() => [ioredis.disconnect(), iovalkey.disconnect(), redis.destroy()])
  const all = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index))

  for (const client of [ioredis, iovalkey, redis]) {
    const send = redisCommands('visits', client, 2000)
    const [, , answer] = await Promise.all([
      send(['DEL', 'list']),
      send(['RPUSH', 'list', new Uint8Array(all), all.subarray(7, 9), 'text']),
      send(['LRANGE', 'list', '0', '-1']),
    ])

    t.same(answer, [all, all.subarray(7, 9), Buffer.from('text')])
    await t.rejects(send(['INCR', 'list']), { message: /^WRONGTYPE/ })
  }
})

t.test('waits at most for the time limit', async (t) => {
  const send = redisCommands('visits', { sendCommand: () => new Promise(() => {}) }, 5)

  await t.rejects(send(['PING']), { message: 'it took longer than 5 ms' })
})

t.test('an invalid client or time limit is refused at once', async (t) => {
  const client = {} as RedisClient // as JavaScript may pass it

  t.throws(() => redisCommands('visits', client, 1), {
    name: 'TypeError',
    message:
      'visits: client must be a client of ioredis, iovalkey or redis, an object was given. Pass the connected client.',
  })
  const calling = { callBuffer: async () => null }
  t.throws(() => redisCommands('visits', calling, 1, 'log' as never), {
    name: 'TypeError',
    message: 'visits: onOutage must be a function, "log" was given. Write (error) => ….',
  })
  for (const timeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    t.throws(() => redisCommands('visits', calling, timeoutMs), {
      name: 'RangeError',
      message: `visits: timeoutMs must be a number of milliseconds below 2^31, ${timeoutMs} was given. Choose how long a request may wait.`,
    })
  }
})
