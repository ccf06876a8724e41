import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { append, lastOf, missedSince, parsePublished } from '../../../lib/channels/redis/stream.ts'
import { redisCommands, type SendCommand } from '../../../lib/redis.ts'
import { noRedis, RedisServer } from '../../support/redis.ts'

const LIMITS = { length: 1000, ttlMs: 60_000 }

async function connected(t: Test): Promise<{ client: Redis; send: SendCommand }> {
  const server = new RedisServer()
  await server.start()
  t.teardown(server.close)
  const client = new Redis({ path: server.path })
  t.teardown(() => client.disconnect())
  return { client, send: redisCommands('test', client, 2000) }
}

const text = (content: string | Uint8Array): string => Buffer.from(content).toString()

t.test('numbers have no holes, and time does not go back', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  const before = Date.now()
  for (const content of ['1', Uint8Array.of(50), '3']) await append(send, 'a', content, LIMITS)

  const [first, ...rest] = await lastOf(send, 'a', 10)
  t.ok((first?.position.time ?? 0) >= before)
  t.equal(first?.position.run, first?.position.time)
  t.same(
    rest.map(({ content, position: { run, number } }) => [text(content), run, number]),
    [
      ['2', first?.position.run, 2],
      ['3', first?.position.run, 3],
    ],
  )
  t.same(await lastOf(send, 'a', 1), rest.slice(1))
  t.same(await lastOf(send, 'none', 1), [])
  t.ok((await client.pttl('a')) > 50_000)

  await client.xadd('a', '99999999999999-7', 'r', '1', 'm', 'of a clock that is ahead')
  await append(send, 'a', '5', LIMITS)
  const [last] = await lastOf(send, 'a', 1)
  t.same(last?.position, { run: 1, time: 99999999999999, number: 8 })
})

t.test('what was missed is told by the last that was seen', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  t.same(await missedSince(send, 'a', undefined), { messages: [], lost: undefined })
  for (let number = 1; number <= 6; number++) await append(send, 'a', String(number), LIMITS)
  const [first, second] = await lastOf(send, 'a', 6)
  const since = async (position = second?.position): Promise<unknown> => {
    const { messages, lost } = await missedSince(send, 'a', position)
    return [messages.map(({ content }) => text(content)).join(''), lost]
  }

  t.same(await since(), ['3456', 0])
  await client.xtrim('a', 'MAXLEN', 4)
  t.same(await since(), ['3456', 0], 'the next one proves as much')
  t.same(await since(first?.position), ['3456', 1])
  await client.xtrim('a', 'MAXLEN', 1)
  t.same(await since(), ['6', 3])
  t.same((await missedSince(send, 'a', undefined)).messages.length, 1)

  await client.del('a')
  t.same(await since(), ['', undefined])
  await append(send, 'a', '7', LIMITS)
  t.same(await since(), ['7', undefined], 'of another run')
})

t.test('a Redis that has forgotten the last is found out', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  for (let number = 1; number <= 4; number++) await append(send, 'a', String(number), LIMITS)
  const [, , third, fourth] = await lastOf(send, 'a', 4)

  // As after a failover to a replica that was behind.
  await client.xdel('a', `${third?.position.time}-3`, `${fourth?.position.time}-4`)
  while (Date.now() <= (fourth?.position.time ?? 0)) await new Promise(setImmediate)
  await append(send, 'a', 'third again', LIMITS)

  const { messages, lost } = await missedSince(send, 'a', fourth?.position)
  t.same([messages.map(({ content }) => text(content)), lost], [['third again'], undefined])
})

t.test('what is published has its position before it', (t) => {
  const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content, 'latin1'))

  t.same(parsePublished(bytes('1700000000000-12 1600000000000 a\xff b')), {
    content: bytes('a\xff b'),
    position: { run: 1600000000000, time: 1700000000000, number: 12 },
  })
  t.same(parsePublished(bytes('1-2 3 ')).content.length, 0)
  for (const foreign of ['', 'hello', '1-2 3', '1-2', 'x 1-2 3 ', '{"a": 1}', '\xff\xfe']) {
    t.same(parsePublished(bytes(foreign)), { content: bytes(foreign), position: undefined })
  }
  t.end()
})

t.test('what others have written into a stream is passed over', async (t) => {
  const odd: unknown[] = ['text', [['1-1', ['x', 'y']]], [['1-1', undefined]]]
  for (const reply of odd) t.same(await lastOf(async () => reply, 'a', 1), [])
})
