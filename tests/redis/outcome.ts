import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { channels, redisBackend } from '../../lib/channels.ts'
import { NotSent } from '../../lib/redis/breaker.ts'
import { mayHaveRun } from '../../lib/redis/outcome.ts'
import { redisStore } from '../../lib/stores.ts'
import { until } from '../support/channels.ts'
import { noRedis, RedisServer } from '../support/redis.ts'
import { SlowLink } from '../support/slowlink.ts'

const onOutage = (): void => {}

async function lossy(
  t: Test,
  autoResendUnfulfilledCommands: boolean,
): Promise<{ link: SlowLink; client: Redis; admin: Redis }> {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const link = new SlowLink(server.path)
  const port = await link.listen()
  t.teardown(link.close)
  const client = new Redis({
    port,
    host: '127.0.0.1',
    retryStrategy: () => 20,
    autoResendUnfulfilledCommands,
  })
  client.on('error', () => {})
  const admin = new Redis({ path: server.path })
  t.teardown(() => [client.disconnect(), admin.disconnect()])
  await client.ping()
  return { link, client, admin }
}

t.test(
  'a command that the client sends twice is published once, with a history',
  {
    skip: noRedis,
  },
  async (t) => {
    const { link, client, admin } = await lossy(t, true)
    await using bus = channels({
      backend: redisBackend({ client, history: 100, timeoutMs: 30_000, onOutage }),
    })
    await using other = channels({ backend: redisBackend({ client: admin, history: 100 }) })
    using subscription = await other.subscribe('a')
    const length = (): Promise<number> => admin.xlen('STELLULA_CHANNELS:a')

    for (let round = 1; round <= 3; round++) {
      link.isMute = true
      const publishing = Promise.all(
        Array.from({ length: 5 }, (_, index) => bus.publish('a', `${round}-${index}`)),
      )
      await until(async () => (await length()) === round * 5)
      link.down()
      link.isMute = false
      link.up()
      await publishing
    }

    t.equal(await length(), 15)
    for (let round = 1; round <= 3; round++) {
      for (let index = 0; index < 5; index++) {
        t.equal((await subscription.next()).value?.text, `${round}-${index}`)
      }
    }
  },
)

t.test('an error says if a write may have run', { skip: noRedis }, async (t) => {
  const { link, client, admin } = await lossy(t, false)
  const store = redisStore({ client, timeoutMs: 300, onOutage })
  await using bus = channels({ backend: redisBackend({ client, timeoutMs: 300, onOutage }) })
  link.isMute = true
  const writes = [
    t.rejects(store.increment('n', 1, { ttl: 60 }), {
      message: /^redisStore: EVAL failed, .+\. It may have run\. Check that/,
    }),
    t.rejects(bus.publish('a', 'x'), {
      message: /^channels: publish failed, .+\. The message may have been published\. Check/,
    }),
    t.rejects(store.get('n'), { message: /^redisStore: GET failed, (?!.*may have run)/ }),
  ]
  await until(async () => (await admin.get('n')) === '1')
  link.down()
  await Promise.all(writes)
  await sleep(50)

  t.equal(await admin.get('n'), '1', 'and it does not run again')
})

t.test('a command that Redis refused, or that was not sent, has not run', async (t) => {
  t.equal(mayHaveRun(new Error('it took longer than 5 ms')), true)
  t.equal(mayHaveRun(new Error('Connection is closed.')), true)
  t.equal(mayHaveRun(new Error('WRONGTYPE Operation')), false)
  t.equal(mayHaveRun(new NotSent('away')), false)
  t.equal(mayHaveRun(new TypeError('no argument')), false)
  const offline = new Redis({ lazyConnect: true, enableOfflineQueue: false, port: 1 })
  offline.on('error', () => {})
  t.teardown(() => offline.disconnect())
  void offline.connect().catch(() => {})
  const refused = await redisStore({ client: offline, onOutage })
    .increment('n', 1, { ttl: 60 })
    .then(
      () => '',
      (error: Error) => error.message,
    )
  t.match(refused, /^redisStore: EVAL failed, Stream isn't writeable/)
  t.notMatch(refused, /unknown/)
})

t.test('a client that sends twice is reported once', async (t) => {
  const warnings = t.capture(console, 'warn', () => {})
  const make = (autoResendUnfulfilledCommands?: boolean): Redis => {
    const options = {
      lazyConnect: true,
      ...(autoResendUnfulfilledCommands === undefined ? {} : { autoResendUnfulfilledCommands }),
    }
    return new Redis(options)
  }
  const client = make()

  redisStore({ client })
  redisStore({ client })
  redisBackend({ client })
  redisBackend({ client: make(), history: 10 })
  redisStore({ client: make(false) })
  redisBackend({ client: make() })
  redisStore({ client: { callBuffer: async () => null } })

  t.same(
    warnings().map(({ args }) => args),
    [
      [
        'redisStore: the client repeats commands that were unanswered when its connection was lost, so that increment() may count twice. Create it with autoResendUnfulfilledCommands: false.',
      ],
      [
        'redisBackend: the client repeats commands that were unanswered when its connection was lost, so that publish() may send a message twice. Create it with autoResendUnfulfilledCommands: false.',
      ],
    ],
  )
})
