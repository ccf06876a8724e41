import { getEventListeners } from 'node:events'
import t from 'tap'
import { type ChannelGap, ChannelMessage } from '../../lib/channels/message.ts'
import { type SubscribeOptions, Subscriber } from '../../lib/channels/subscription.ts'
import { texts } from '../support/channels.ts'

interface Subscribed {
  readonly subscription: Subscriber
  readonly released: Subscriber[]
}

function subscribed(options: SubscribeOptions = {}): Subscribed {
  const released: Subscriber[] = []
  const subscription = new Subscriber(['a', 'b'], options, (ended) => released.push(ended))
  return { subscription, released }
}

function message(number: number, channel = 'a', run = 1): ChannelMessage {
  return new ChannelMessage(channel, String(number), { run, time: 0, number })
}

t.test('yields messages as they arrive', async (t) => {
  const { subscription } = subscribed()
  const early = texts(subscription, 2)
  subscription.push(message(1))
  subscription.push(message(2))
  subscription.push(message(3))

  t.same(await early, ['1', '2'])
  t.same(await texts(subscription, 1), ['3'])
  t.same(subscription.channels, ['a', 'b'])
})

t.test('the first of several pending reads gets the first message', async (t) => {
  const { subscription } = subscribed()
  const waiting = [subscription.next(), subscription.next(), subscription.next()]

  subscription.push(message(1))
  subscription.push(message(2))
  await new Promise(setImmediate)
  subscription.close()

  const results = await Promise.all(waiting)
  t.same(
    results.map(({ value }) => value?.text),
    ['1', '2', undefined],
  )
})

t.test('ends when it is closed in any way', async (t) => {
  const ways: ((subscription: Subscriber) => unknown)[] = [
    (subscription) => subscription.close(),
    (subscription) => subscription.return(),
    (subscription) => subscription[Symbol.dispose](),
    async (subscription) => {
      for await (const _ of subscription) break
    },
  ]
  for (const way of ways) {
    const { subscription, released } = subscribed()
    subscription.push(message(1))
    subscription.push(message(2))
    t.equal(subscription.closed, false)

    await way(subscription)
    subscription.close()
    subscription.push(message(3))
    subscription.pushGap({ channel: 'a', missed: 1 })
    subscription.begin([message(4)])

    t.equal(subscription.closed, true)
    t.same(released, [subscription])
    t.same(await subscription.next(), { done: true, value: undefined }, 'what waited is gone')
    await subscription.ended
  }
})

t.test('ends when its signal aborts, and leaves no listener on it', async (t) => {
  const controller = new AbortController()
  const { signal } = controller
  const { subscription } = subscribed({ signal })
  const waiting = subscription.next()
  const { subscription: closed } = subscribed({ signal })
  closed.close()
  t.equal(getEventListeners(signal, 'abort').length, 1)

  controller.abort()

  t.same(await waiting, { done: true, value: undefined })
  t.equal(getEventListeners(signal, 'abort').length, 0)
  t.equal(subscribed({ signal }).subscription.closed, true)
  t.equal(getEventListeners(signal, 'abort').length, 0)
})

t.test('counts dropped messages', async (t) => {
  const { subscription } = subscribed({ backlog: 2 })
  for (const number of [1, 2, 3]) subscription.push(message(number))

  t.same(await texts(subscription, 2), ['2', '3'])
  t.equal(subscription.dropped, 1)
})

t.test("ends with an error, thrown once, with overflow: 'disconnect'", async (t) => {
  const { subscription, released } = subscribed({ backlog: 2, overflow: 'disconnect' })
  for (const number of [1, 2, 3, 4]) subscription.push(message(number))

  t.same(released, [subscription])
  await t.rejects(subscription.next(), {
    name: 'BacklogOverflow',
    message:
      'channels: the subscriber is too slow, 2 messages or their bytes were unread. Raise backlog or backlogSize, or choose another overflow.',
  })
  t.same(await subscription.next(), { done: true, value: undefined })
  t.equal(subscription.dropped, 1)

  const { subscription: large } = subscribed({ overflow: 'disconnect', backlogSize: 1 })
  for (const number of [1, 2]) large.push(message(number))
  await t.rejects(large.next(), { message: /1024 messages or their bytes/ })
})

t.test('calls onGap at the position of the gap, and awaits it', async (t) => {
  const heard: unknown[] = []
  const onGap = async (gap: ChannelGap): Promise<void> => {
    await new Promise(setImmediate)
    heard.push(gap)
  }
  const { subscription } = subscribed({ onGap })
  subscription.push(message(1))
  subscription.pushGap({ channel: 'a', missed: 2 })
  subscription.push(message(4))
  for (let count = 0; count < 2; count++) heard.push((await subscription.next()).value?.text)
  const waiting = subscription.next()
  subscription.pushGap({ channel: 'b', missed: undefined })
  await new Promise(setImmediate)
  subscription.push(message(5))
  heard.push((await waiting).value?.text)

  t.same(heard, ['1', { channel: 'a', missed: 2 }, '4', { channel: 'b', missed: undefined }, '5'])
})

t.test('a gap without onGap is skipped', async (t) => {
  const { subscription } = subscribed()
  subscription.pushGap({ channel: 'a', missed: 1 })
  subscription.push(message(1))

  t.same(await texts(subscription, 1), ['1'])
})

t.test('an error of onGap ends it', async (t) => {
  const { subscription } = subscribed({
    onGap() {
      throw new Error('no use')
    },
  })
  subscription.pushGap({ channel: 'a', missed: 1 })

  await t.rejects(subscription.next(), { message: 'no use' })
  t.equal(subscription.closed, true)
})

t.test('history comes first, and messages that arrived live too only once', async (t) => {
  const gaps: ChannelGap[] = []
  const onGap = (gap: ChannelGap): void => void gaps.push(gap)
  const { subscription } = subscribed({ onGap })
  for (const number of [6, 8, 9]) subscription.push(message(number))
  subscription.push(message(1, 'b'))
  subscription.pushGap({ channel: 'b', missed: 3 })

  subscription.begin([message(7), message(8)])
  subscription.push(message(10))
  subscription.push(message(8, 'a', 2)) // of another run, in which numbers begin again

  t.same(await texts(subscription, 6), ['7', '8', '9', '1', '10', '8'])
  t.same(gaps, [{ channel: 'b', missed: 3 }])
})

t.test('messages that arrive live after the history only once, too', async (t) => {
  const { subscription } = subscribed()
  subscription.begin([message(7), message(8), new ChannelMessage('b', 'x')])
  for (const number of [6, 7, 8, 9]) subscription.push(message(number))
  subscription.push(new ChannelMessage('a', 'y'))
  subscription.push(message(1, 'b'))

  t.same(await texts(subscription, 6), ['7', '8', 'x', '9', 'y', '1'])
})
