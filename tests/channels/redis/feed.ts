// Runs alone: counts the timers of its process.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import type { ChannelListener } from '../../../lib/channels/backend.ts'
import { catchUp } from '../../../lib/channels/redis/catchup.ts'
import { Feed } from '../../../lib/channels/redis/feed.ts'
import type { SendCommand } from '../../../lib/redis.ts'
import { timers } from '../../support/eventstream.ts'

/** A listener that writes down what it hears, and lets nothing pass while it is closed. */
class Listener implements ChannelListener {
  readonly heard: string[] = []
  #room: Promise<void> | undefined
  open: () => void = () => {}

  close(): void {
    this.#room = new Promise((resolve) => {
      this.open = () => {
        this.#room = undefined
        resolve()
      }
    })
  }

  deliver(content: string | Uint8Array): void {
    this.heard.push(Buffer.from(content).toString())
  }

  gap(missed?: number): void {
    this.heard.push(`gap of ${missed}`)
  }

  catchUp(): ReturnType<ChannelListener['catchUp']> {
    return { room: () => this.#room, deliver: (content) => this.deliver(content) }
  }
}

const payload = (number: number): Uint8Array => Buffer.from(`1-${number} 1 ${number}`)
const page = (isCut: number, ...found: number[]): unknown => [
  isCut,
  found.map((number) => [`1-${number} 1 `, Buffer.from(String(number))]),
]

function behind(number = 0): { feed: Feed; listener: Listener } {
  const listener = new Listener()
  const feed = new Feed('a', listener, true)
  feed.position = { run: 1, time: 1, number }
  feed.state = 'catching up'
  return { feed, listener }
}

interface Replies {
  readonly send: SendCommand
  readonly asked: number[]
}

/** Gives one reply after the other, then the last one for ever; an error is thrown. */
function replying(...replies: (() => unknown)[]): Replies {
  const asked: number[] = []
  const send: SendCommand = async () => {
    asked.push(asked.length)
    return (replies[asked.length - 1] ?? replies.at(-1))?.()
  }
  return { send, asked }
}

function failing(message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

const signal = new AbortController().signal
const isWanted = (): boolean => true

t.test('a page without a reply is requested again', async (t) => {
  const { feed, listener } = behind()
  const { send } = replying(
    failing('it took longer than 5 ms'),
    failing('LOADING Redis is loading the dataset in memory'),
    () => page(0, 1, 2),
  )

  await catchUp(feed, { send, patienceMs: 5000, signal, isWanted })

  t.same(listener.heard, ['1', '2'])
  t.equal(feed.state, 'live')
})

t.test('a stream that cannot be read becomes a gap before later messages', async (t) => {
  for (const [reply, most] of [
    [failing('WRONGTYPE Operation'), 1],
    [failing('it took longer than 5 ms'), 10],
    [() => page(1), 1],
  ] as const) {
    const { feed, listener } = behind()
    const { send, asked } = replying(() => {
      feed.receive(payload(asked.length + 5))
      return reply()
    })

    await catchUp(feed, { send, patienceMs: 50, signal, isWanted })
    feed.receive(payload(30))

    const held = asked.map((index) => String(index + 6))
    t.same(listener.heard, ['gap of undefined', ...held, '30'])
    t.ok(asked.length <= most)
  }
})

t.test('messages over the limit are read from the stream', async (t) => {
  const { feed, listener } = behind()
  const stream: number[] = [1]
  const { send, asked } = replying(() => {
    const reply = page(0, ...stream)
    for (let number = 2; asked.length === 1 && number <= 2000; number++) {
      stream.push(number)
      feed.receive(payload(number))
    }
    return reply
  })

  await catchUp(feed, { send, patienceMs: 50, signal, isWanted })

  t.same(listener.heard, stream.map(String))
  t.equal(asked.length, 2)
})

t.test('without a stream, messages over the limit become a second gap', async (t) => {
  const { feed, listener } = behind()
  const { send } = replying(() => {
    for (let number = 1; number <= 1500; number++) feed.receive(payload(number))
    return failing('WRONGTYPE Operation')()
  })

  await catchUp(feed, { send, patienceMs: 50, signal, isWanted })
  feed.receive(payload(1501))

  t.same(listener.heard, ['gap of undefined', 'gap of undefined', '1501'])
})

t.test('the bytes that are held are limited too', async (t) => {
  const { feed } = behind()
  feed.hold()
  for (let count = 0; count < 3; count++) feed.receive(new Uint8Array(400_000))

  t.equal(feed.isOverfull, true)
  t.equal(feed.nextSize, undefined)
})

t.test('messages that arrive while a reader is waited for follow the missed ones', async (t) => {
  const { feed, listener } = behind()
  const { send } = replying(() => page(0, 1))
  listener.close()
  const done = catchUp(feed, { send, patienceMs: 50, signal, isWanted })
  await sleep(1)
  feed.receive(payload(2))
  t.same(listener.heard, [])
  listener.open()
  await done
  feed.receive(payload(3))

  t.same(listener.heard, ['1', '2', '3'])
})

t.test('a lost subscription ends the catch-up at any step', async (t) => {
  const before = timers()
  for (const when of ['reading', 'waiting', 'failing', 'unwanted']) {
    const { feed, listener } = behind()
    const lost = new AbortController()
    let isAskedFor = true
    const { send } = replying(() => {
      if (when === 'failing') failing('it took longer than 5 ms')()
      if (when === 'reading') lost.abort()
      return page(0, 1)
    })
    if (when === 'waiting') listener.close()
    const options = { send, patienceMs: 5000, signal: lost.signal, isWanted: () => isAskedFor }
    if (when === 'unwanted') isAskedFor = false
    const done = catchUp(feed, options)
    await sleep(5)
    lost.abort()
    listener.open()
    await done

    t.same([listener.heard, feed.state, feed.position?.number], [[], 'catching up', 0], when)
  }
  t.ok(timers() <= before)
})
