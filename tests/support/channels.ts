// What all channels have to do, whatever carries their messages.
import type { Test } from 'tap'
import { type Channels, ChannelsUnavailable, type Subscription } from '../../lib/channels.ts'

/** The texts of the next messages. */
export async function texts(subscription: Subscription, count: number): Promise<string[]> {
  const all: string[] = []
  while (all.length < count) {
    const { done, value } = await subscription.next()
    if (done) break
    all.push(value.text)
  }
  return all
}

/** Looks again until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`it is not so: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Tries again what a busy machine did not do within the timeout of a bus that tests with short ones have. */
export async function insisting<Value>(action: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof ChannelsUnavailable)) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** Reads on until a text comes; what was published twice, because the first try took too long, is passed over. */
export async function hears(subscription: Subscription, text: string): Promise<string> {
  for (;;) {
    const { done, value } = await subscription.next()
    if (done) return 'the end'
    if (value.text === text) return text
  }
}

/** What is published on one side is heard on the other, which may be the same. */
export async function carries(t: Test, here: Channels, there: Channels): Promise<void> {
  await t.test('text, bytes and JSON arrive unchanged', async (t) => {
    using subscription = await there.subscribe('kinds')
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)

    await here.publish('kinds', '\ufeffgrüße 💫\0')
    await here.publish('kinds', all)
    await here.publish('kinds', '')
    await here.publishJSON('kinds', { a: [1, null] })

    t.equal((await subscription.next()).value?.text, '\ufeffgrüße 💫\0')
    t.same((await subscription.next()).value?.bytes, all)
    t.equal((await subscription.next()).value?.bytes.length, 0)
    t.same((await subscription.next()).value?.json(), { a: [1, null] })
  })

  await t.test('messages arrive in order, and only those of subscribed channels', async (t) => {
    using both = await there.subscribe(['odd', 'even', 'odd'])
    using odd = await there.subscribe('odd')
    const numbers = Array.from({ length: 100 }, (_, index) => String(index))

    const sent = numbers.map((text) => here.publish(Number(text) % 2 ? 'odd' : 'even', text))
    await Promise.all(sent)

    const wanted = numbers.filter((text) => Number(text) % 2)
    t.same(await texts(both, 100), numbers)
    t.same(await texts(odd, 50), wanted)
    t.same(both.channels, ['odd', 'even'])
  })

  await t.test('names are compared as they are', async (t) => {
    const names = ['a', 'A', 'a ', 'é', 'e\u0301', 'a*', 'a[b]', '../a', '💫', '\u212a', 'K']
    using subscription = await there.subscribe(names)

    for (const name of names) await here.publish(name, name)

    for (const name of names) t.equal((await subscription.next()).value?.channel, name)
  })

  await t.test('subscribers come and go', async (t) => {
    for (let round = 0; round < 20; round++) {
      using subscription = await there.subscribe('brief')
      await here.publish('brief', String(round))
      t.same(await texts(subscription, 1), [String(round)])
    }
    await here.publish('brief', 'to nobody')
  })
}

/** With a history of 5. */
export async function remembers(t: Test, here: Channels, there: Channels): Promise<void> {
  await t.test('the last messages are delivered first', async (t) => {
    for (let number = 1; number <= 5; number++) await here.publish('past', String(number))
    using some = await there.subscribe('past', { history: 2 })
    using all = await there.subscribe('past', { history: Number.POSITIVE_INFINITY })
    using none = await there.subscribe('past')

    await here.publish('past', '6')

    t.same(await texts(some, 3), ['4', '5', '6'])
    t.same(await texts(all, 6), ['1', '2', '3', '4', '5', '6'])
    t.same(await texts(none, 1), ['6'])
  })

  await t.test('those of each channel only', async (t) => {
    await here.publish('one', '1')
    await here.publish('two', '2')
    using subscription = await there.subscribe(['two', 'one', 'three'], { history: 5 })

    t.same(await texts(subscription, 2), ['2', '1'])
  })

  await t.test('no message is lost or repeated between history and live', async (t) => {
    let number = 0
    let isOver = false
    const publishing = (async () => {
      while (!isOver) await here.publish('seam', String(++number))
    })()
    for (let round = 0; round < 20; round++) {
      using subscription = await there.subscribe('seam', { history: round % 6 })
      const [first = '', ...rest] = await texts(subscription, 30)
      const wanted = rest.map((_, index) => String(Number(first) + index + 1))
      t.same(rest, wanted, `after ${first}`)
    }
    isOver = true
    await publishing
  })
}
