import t from 'tap'
import type { ChannelBackend, ChannelListener, KeptMessage } from '../../lib/channels/backend.ts'
import { Hub } from '../../lib/channels/hub.ts'
import { memoryBackend } from '../../lib/channels/memory.ts'
import type { ChannelGap } from '../../lib/channels/message.ts'
import { texts } from '../support/channels.ts'

/** A backend by hand: it tells what it was asked for, and joins when it is told to. */
class Slow implements ChannelBackend {
  readonly kept = 3
  readonly asked: string[] = []
  readonly listeners: ChannelListener[] = []
  readonly joins: PromiseWithResolvers[] = []
  past: KeptMessage[] = []
  failure: Error | undefined

  async publish(): Promise<void> {}

  join(channel: string, listener: ChannelListener): Promise<void> {
    this.asked.push(`join ${channel}`)
    this.listeners.push(listener)
    return new Promise((resolve, reject) => this.joins.push({ resolve, reject }))
  }

  leave(channel: string): void {
    this.asked.push(`leave ${channel}`)
  }

  async history(channel: string, limit: number): Promise<readonly KeptMessage[]> {
    this.asked.push(`history ${channel} ${limit}`)
    if (this.failure !== undefined) throw this.failure
    return this.past
  }

  async close(): Promise<void> {}
}

interface PromiseWithResolvers {
  resolve(): void
  reject(error: Error): void
}

const position = (number: number): KeptMessage['position'] => ({ run: 1, time: 0, number })

t.test('joins a channel once, and leaves it with the last subscriber', async (t) => {
  const backend = new Slow()
  const hub = new Hub(backend)
  const both = [hub.subscribe(['a'], {}), hub.subscribe(['a', 'b'], {})] as const
  for (const { resolve } of backend.joins) resolve()
  const [first, second] = await Promise.all(both)
  t.same(backend.asked, ['join a', 'join b'])

  first.close()
  t.same(backend.asked.slice(2), [])
  second.close()
  t.same(backend.asked.slice(2), ['leave a', 'leave b'])

  hub.subscribe(['a'], {})
  t.same(backend.asked.slice(4), ['join a'])
})

t.test('all subscribers share one message object, and each gets a gap', async (t) => {
  const backend = new Slow()
  const hub = new Hub(backend)
  const gaps: ChannelGap[] = []
  const onGap = (gap: ChannelGap): void => void gaps.push(gap)
  const both = [hub.subscribe(['a'], { onGap }), hub.subscribe(['a'], { onGap })] as const
  backend.joins[0]?.resolve()
  const [first, second] = await Promise.all(both)

  backend.listeners[0]?.gap(2)
  backend.listeners[0]?.deliver('1')

  t.equal((await first.next()).value, (await second.next()).value)
  t.same(gaps, [
    { channel: 'a', missed: 2 },
    { channel: 'a', missed: 2 },
  ])
})

t.test('messages that arrive while the history is read are delivered after it, once', async (t) => {
  const backend = new Slow()
  const hub = new Hub(backend)
  backend.past = [5, 6].map((number) => ({ content: String(number), position: position(number) }))
  const subscribing = hub.subscribe(['a'], { history: 9 })
  for (const number of [4, 5]) backend.listeners[0]?.deliver(String(number), position(number))
  backend.joins[0]?.resolve()
  const subscription = await subscribing
  for (const number of [6, 7]) backend.listeners[0]?.deliver(String(number), position(number))

  t.same(await texts(subscription, 3), ['5', '6', '7'])
  t.same(backend.asked, ['join a', 'history a 3'])
})

t.test('a failed join leaves no state, and the next one tries again', async (t) => {
  const backend = new Slow()
  const hub = new Hub(backend)
  const failed = [hub.subscribe(['a', 'b'], {}), hub.subscribe(['a'], {})] as const
  backend.joins[0]?.reject(new Error('gone'))

  for (const each of failed) await t.rejects(each, { message: 'gone' })
  t.same(backend.asked, ['join a', 'join b', 'leave a', 'leave b'])

  const subscribing = hub.subscribe(['a'], {})
  backend.joins[2]?.resolve()
  await subscribing
  t.same(backend.asked.slice(4), ['join a'])
})

t.test('a join that fails late does not end later subscriptions', async (t) => {
  const backend = new Slow()
  const hub = new Hub(backend)
  const controller = new AbortController()
  const aborted = hub.subscribe(['a'], { signal: controller.signal })
  controller.abort()
  t.equal((await aborted).closed, true)
  const later = hub.subscribe(['a'], {})

  backend.joins[0]?.reject(new Error('late'))
  backend.joins[1]?.resolve()

  t.equal((await later).closed, false)
  t.same(backend.asked, ['join a', 'leave a', 'join a'])
})

t.test('an error of reading the history is thrown', async (t) => {
  const backend = new Slow()
  const hub = new Hub(backend)
  backend.failure = new Error('no history')
  const subscribing = hub.subscribe(['a'], { history: 1 })
  backend.joins[0]?.resolve()

  await t.rejects(subscribing, { message: 'no history' })
  t.same(backend.asked, ['join a', 'history a 1', 'leave a'])
})

t.test('a subscriber whose signal is already aborted is not subscribed', async (t) => {
  const backend = new Slow()
  const subscription = await new Hub(backend).subscribe(['a'], { signal: AbortSignal.abort() })

  t.same(await subscription.next(), { done: true, value: undefined })
  t.same(backend.asked, [])
})

t.test('close() ends all subscribers, including pending ones', async (t) => {
  const backend = new Slow()
  const hub = new Hub(backend)
  const joined = hub.subscribe(['a'], {})
  backend.joins[0]?.resolve()
  const waiting = hub.subscribe(['b'], {})
  await joined

  hub.close()

  t.equal((await joined).closed, true)
  t.equal((await waiting).closed, true)
  t.same(backend.asked, ['join a', 'join b', 'leave a', 'leave b'])
})

t.test('one slow reader of ten thousand does not delay the others', async (t) => {
  const backend = memoryBackend()
  const hub = new Hub(backend)
  const slow = await hub.subscribe(['a'], { backlog: 5 })
  const ended = await hub.subscribe(['a'], { backlog: 5, overflow: 'disconnect' })
  const readers = Array.from({ length: 10_000 }, async () => {
    const subscription = await hub.subscribe(['a'], { backlog: 5 })
    return { subscription, read: () => texts(subscription, 15) }
  })
  const reading = (await Promise.all(readers)).map(async ({ subscription, read }) => {
    return `${(await read()).join(' ')}, ${subscription.dropped} dropped`
  })

  for (let number = 0; number < 15; number++) {
    await backend.publish('a', String(number))
    if (number % 5 === 4) await new Promise(setImmediate)
  }

  t.same(
    [...new Set(await Promise.all(reading))],
    ['0 1 2 3 4 5 6 7 8 9 10 11 12 13 14, 0 dropped'],
  )
  t.same(await texts(slow, 5), ['10', '11', '12', '13', '14'])
  t.equal(slow.dropped, 10)
  t.equal(ended.closed, true)
})
