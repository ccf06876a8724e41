import { once } from 'node:events'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import t from 'tap'
import { dialing } from '../../../lib/channels/redis/link.ts'
import type { LinkEvents } from '../../../lib/channels/uplink.ts'
import { inTime } from '../../../lib/internal/deadline.ts'
import type { RedisClient } from '../../../lib/redis.ts'
import { until } from '../../support/channels.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'
import { CLIENTS, OTHERS } from '../../support/redisclients.ts'

interface Heard extends LinkEvents {
  readonly messages: string[]
  readonly losses: unknown[]
}

function hearing(): Heard {
  const messages: string[] = []
  const losses: unknown[] = []
  return {
    messages,
    losses,
    message: (channel, payload) => messages.push(`${channel}: ${Buffer.from(payload)}`),
    lost: (error) => losses.push(error),
  }
}

for (const [name, connect] of Object.entries({ ...CLIENTS, ...OTHERS })) {
  t.test(`${name}: one connection is used until it is lost`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)
    const other = new Redis({ path: server.path, retryStrategy: () => null }).on('error', () => {})
    const dial = dialing(client, 500)
    const heard = hearing()

    const link = dial(heard)
    await link.open()
    await link.subscribe(['a', 'ü'])
    await link.ping()
    await other.publish('a', '1')
    await other.publish('ü', '2')
    await until(() => heard.messages.length === 2)
    // Left and entered again before there is an answer, it is entered.
    const changes = [link.unsubscribe('a'), link.unsubscribe('ü'), link.subscribe(['a'])]
    await Promise.all(changes)
    await other.publish('ü', '3')
    await other.publish('a', '4')
    await until(() => heard.messages.length === 3)
    t.same(heard.messages, ['a: 1', 'ü: 2', 'a: 4'])
    t.same(heard.losses, [])

    await server.kill()
    await until(() => heard.losses.length > 0)
    await t.rejects(inTime(link.subscribe(['b']), 200), 'some never answer')
    link.close()
    link.close()

    const failing = hearing()
    const unreachable = dial(failing)
    await t.rejects(unreachable.open())
    unreachable.close()
    t.match(failing.losses, [{ code: 'ECONNREFUSED' }])
    await server.start()
    await new Promise((resolve) => setTimeout(resolve, 50))
    await t.rejects(link.ping(), 'which comes back by no other way than another one')
  })

  t.test(`${name}: once closed while it opens, it stays closed`, { skip: noRedis }, async (t) => {
    const server = new RedisServer()
    await server.start()
    t.teardown(server.close)
    const [client, disconnect] = await connect(server.path)
    t.teardown(disconnect)
    const watcher = new Redis({ path: server.path })
    t.teardown(() => watcher.disconnect())
    await watcher.ping()
    const before = Number(/connected_clients:(\d+)/.exec(await watcher.info())?.[1])

    for (let round = 0; round < 5; round++) {
      const heard = hearing()
      const link = dialing(client, 500)(heard)
      const opening = link.open().catch(() => {})
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate)
      link.close()
      await opening
      t.ok(heard.losses.length > 0)
    }

    await until(async () => {
      return Number(/connected_clients:(\d+)/.exec(await watcher.info())?.[1]) <= before
    })
  })
}

t.test('options of the client are kept in duplicates', { skip: noRedis }, async (t) => {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const admin = new Redis({ path: server.path })
  t.teardown(() => admin.disconnect())
  await admin.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '+@all', 'allchannels', 'allkeys')
  const socket = { path: server.path, tls: false } as const
  const redis = createClient({ socket, username: 'reader', password: 'secret' })
  await redis.connect()
  t.teardown(() => redis.destroy())
  const ioredis = new Redis({ path: server.path, username: 'reader', password: 'secret' })
  await once(ioredis, 'ready')
  t.teardown(() => ioredis.disconnect())

  for (const client of [redis, ioredis]) {
    const link = dialing(client, 500)(hearing())
    await link.open()
    await link.subscribe(['a'])
    const list = String(await admin.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
    t.match(list, /user=reader/)
    link.close()
  }
})

t.test('a client that cannot be duplicated is refused', (t) => {
  const duplicate = (): void => {}
  for (const client of [
    { sendCommand: duplicate },
    { callBuffer: duplicate, duplicate, subscribe: duplicate, destroy: duplicate },
    {
      callBuffer: duplicate,
      duplicate,
      subscribe: duplicate,
      disconnect: duplicate,
      isCluster: true,
    },
    { sendCommand: duplicate, duplicate, subscribe: duplicate, destroy: duplicate, masters: [] },
  ]) {
    t.throws(() => dialing(client as unknown as RedisClient, 1), {
      name: 'TypeError',
      message: /^redisBackend: client must be the client of a single server/,
    })
  }
  t.end()
})

t.test('a client that throws when it is closed twice does no harm', (t) => {
  const client = {
    sendCommand: async () => null,
    subscribe: async () => {},
    on() {},
    duplicate: () => client,
    destroy() {
      throw new Error('The client is closed')
    },
  }
  const heard = hearing()

  dialing(client, 1)(heard).close()

  t.equal(heard.losses.length, 1)
  t.end()
})
