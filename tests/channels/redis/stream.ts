import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import type { KeptMessage } from '../../../lib/channels/backend.ts'
import type { Position } from '../../../lib/channels/message.ts'
import {
  append as appendBy,
  lastPositions,
  type MissedMessages,
  Pages,
  parsePublished,
} from '../../../lib/channels/redis/stream.ts'
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

let sent = 0

function append(send: SendCommand, key: string, content: string | Uint8Array): Promise<void> {
  return appendBy(send, key, content, LIMITS, { key: 'sender', number: ++sent })
}

function lastOf(send: SendCommand, key: string, limit: number): Promise<readonly KeptMessage[]> {
  return new Pages(send, key).last(limit)
}

function missedSince(send: SendCommand, key: string, position?: Position): Promise<MissedMessages> {
  return new Pages(send, key).after(position)
}

const text = (content: string | Uint8Array): string => Buffer.from(content).toString()

t.test('numbers are consecutive, and times do not decrease', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  const before = Date.now()
  for (const content of ['1', Uint8Array.of(50), '3']) await append(send, 'a', content)

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
  await append(send, 'a', '5')
  const [last] = await lastOf(send, 'a', 1)
  t.same(last?.position, { run: 1, time: 99999999999999, number: 8 })
})

t.test('missed messages are found by the last seen position', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  t.same(await missedSince(send, 'a', undefined), {
    messages: [],
    lost: undefined,
    isLast: true,
  })
  for (let number = 1; number <= 6; number++) await append(send, 'a', String(number))
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
  await append(send, 'a', '7')
  t.same(await since(), ['7', undefined], 'of another run')
})

t.test('a Redis that lost the last position is detected', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  for (let number = 1; number <= 4; number++) await append(send, 'a', String(number))
  const [, , third, fourth] = await lastOf(send, 'a', 4)

  // As after a failover to a replica that was behind.
  await client.xdel('a', `${third?.position.time}-3`, `${fourth?.position.time}-4`)
  while (Date.now() <= (fourth?.position.time ?? 0)) await new Promise(setImmediate)
  await append(send, 'a', 'third again')

  const { messages, lost } = await missedSince(send, 'a', fourth?.position)
  t.same([messages.map(({ content }) => text(content)), lost], [['third again'], undefined])
})

t.test('a published message begins with its position', (t) => {
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

t.test('entries of other programs in a stream are ignored', async (t) => {
  const odd: unknown[] = ['text', [0, 'text'], [0, [['1-1 x ', 'y']]], [0, [['1-1 1 '], 1]]]
  for (const reply of odd) t.same(await lastOf(async () => reply, 'a', 1), [])
})

t.test('a message that is sent twice is published once', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  const listener = client.duplicate()
  t.teardown(() => listener.disconnect())
  const heard: string[] = []
  listener.on('message', (_channel, message: string) => heard.push(message.replace(/^.* /, '')))
  await listener.subscribe('a')
  const by = (key: string, number: number, content: string): Promise<void> =>
    appendBy(send, 'a', content, LIMITS, { key, number })

  await by('one', 1, '1')
  await by('one', 2, '2')
  await by('one', 1, 'again')
  await by('one', 2, 'again')
  await by('other', 1, '3')
  await by('one', 3, '4')

  t.equal((await lastOf(send, 'a', 10)).map(({ content }) => text(content)).join(''), '1234')
  t.same(heard, ['1', '2', '3', '4'])
  t.ok((await client.pttl('one')) > 3_500_000)
})

t.test('the positions of many streams are requested at once', { skip: noRedis }, async (t) => {
  const { client, send } = await connected(t)
  await append(send, 'a', 'x'.repeat(1000))
  await client.set('text', 'x')
  await append(send, 'b', 'y')
  const [a] = await lastOf(send, 'a', 1)
  const [b] = await lastOf(send, 'b', 1)

  const found = await lastPositions(send, ['a', 'none', 'text', 'b'])

  t.same([found[0], found[1], found[3]], [a?.position, undefined, b?.position])
  t.match(found[2], { message: /^WRONGTYPE/ })
})

t.test(
  'the bytes of a page are limited so that it arrives in time',
  { skip: noRedis },
  async (t) => {
    const { send } = await connected(t)
    const sizes = [10, 10, 200_000, 10, 60_000, 60_000, 60_000, ...Array(600).fill(10)] as number[]
    await Promise.all(sizes.map((size, index) => append(send, 'a', String(index).padEnd(size))))
    let largest = 0
    let count = 0
    const measured: SendCommand = async (command) => {
      const reply = await send(command)
      const page = (reply as [number, [string, Uint8Array][]])[1]
      const bytes = page.map(([, content]) => content.byteLength)
      largest = Math.max(
        largest,
        bytes.length === 1 ? 0 : bytes.reduce((sum, each) => sum + each, 0),
      )
      count++
      return reply
    }
    const forward: string[] = []
    const pages = new Pages(measured, 'a')
    for (let page = await pages.after(undefined); ; ) {
      forward.push(...page.messages.map(({ content }) => text(content).trim()))
      if (page.isLast) break
      page = await pages.after(page.messages.at(-1)?.position)
      t.equal(page.lost, 0)
    }
    const all = sizes.map((_, index) => String(index))
    t.same(forward, all)
    t.ok(count < 20, `${count} pages`)

    const back = await new Pages(measured, 'a').last(10_000)
    t.same(
      back.map(({ content }) => text(content).trim()),
      all,
    )
    for (const limit of [1, 2, 16, 17, 18, 33, 600]) {
      const last = await new Pages(measured, 'a').last(limit)
      t.same(
        last.map(({ content }) => text(content).trim()),
        all.slice(-limit),
        String(limit),
      )
    }
    t.ok(largest <= 200_010, `${largest} bytes`)
  },
)
