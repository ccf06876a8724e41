import t from 'tap'
import { type CatchUp, ChannelsUnavailable } from '../../../lib/channels/backend.ts'
import type { Position } from '../../../lib/channels/message.ts'
import { RedisRelay } from '../../../lib/channels/redis/relay.ts'
import type { Link, LinkEvents } from '../../../lib/channels/uplink.ts'
import type { RedisCommand, SendCommand } from '../../../lib/redis.ts'
import { until } from '../../support/channels.ts'

/** A Redis by hand: connections that are lost when it is said, and streams that hold what is put there. */
class Wires {
  readonly asked: string[] = []
  readonly streams = new Map<string, [id: string, content: string][]>()
  events: LinkEvents | undefined
  refuses: string | undefined
  /** What an answer waits for. */
  hold: Promise<void> = Promise.resolve()

  readonly dial = (events: LinkEvents): Link => {
    this.events = events
    return {
      open: async () => {},
      subscribe: async (keys) => {
        this.asked.push(`subscribe ${keys.length > 3 ? keys.length : keys}`)
        await this.hold
        const refused = keys.find((key) => key === this.refuses)
        if (refused !== undefined) throw new Error(`NOPERM ${refused}`)
      },
      unsubscribe: async (key) => {
        this.asked.push(`unsubscribe ${key}`)
        throw new Error('not awaited')
      },
      ping: async () => {},
      close: () => events.lost(),
    }
  }

  readonly send: SendCommand = async ([name, ...args]: RedisCommand) => {
    const [script, keys, key, command, from] = args.map(String)
    if (name === 'PUBLISH') this.asked.push(`publish ${script} ${keys}`)
    if (name !== 'EVAL') return 0
    if (command !== 'XRANGE' && command !== 'XREVRANGE') {
      return args.slice(2, 2 + Number(keys)).map((each) => {
        const last = this.streams.get(String(each))?.at(-1)
        return last === undefined ? '' : `${last[0]} 1 `
      })
    }
    const entries = this.streams.get(String(key)) ?? []
    const since = command === 'XRANGE' && from !== '-' ? numberOf(String(from)) : 0
    const found = entries.filter(([id]) => numberOf(id) >= since)
    if (command === 'XREVRANGE') found.reverse()
    await this.hold
    return [0, found.map(([id, content]) => [`${id} 1 `, Buffer.from(content)])]
  }

  /** From here on messages do not arrive, though the connection is not lost yet. */
  cut(): LinkEvents | undefined {
    const { events } = this
    this.events = undefined
    return events
  }

  publish(key: string, number: number): void {
    const content = `content ${number}`
    const id = `0-${number}`
    this.streams.set(key, [...(this.streams.get(key) ?? []), [id, content]])
    this.events?.message(key, Buffer.from(`${id} 1 ${content}`))
  }
}

function numberOf(id: string): number {
  return Number(id.slice(2))
}

class Heard {
  readonly all: string[] = []

  deliver = (content: string | Uint8Array, position?: Position): void => {
    const text = typeof content === 'string' ? content : Buffer.from(content).toString()
    this.all.push(`${text}${position === undefined ? '' : ` at ${position.number}`}`)
  }

  gap = (missed?: number): void => {
    this.all.push(`gap of ${missed}`)
  }

  catchUp = (): CatchUp => ({ room: () => undefined, deliver: this.deliver })
}

function relaying(wires: Wires, history: number): RedisRelay {
  return new RedisRelay({
    dial: wires.dial,
    send: wires.send,
    limits: { length: history, ttlMs: 1000 },
    prefix: 'p',
    timeoutMs: 10_000,
    pingMs: 10_000,
  })
}

t.test('messages before and after a lost connection are distinguished', async (t) => {
  const wires = new Wires()
  const relay = relaying(wires, 0)
  const heard = new Heard()
  await relay.join('a', heard)
  wires.events?.message('p:a', Buffer.from('1-2 3 as it is'))
  wires.events?.message('p:other', Buffer.from('not subscribed'))

  let release: () => void = () => {}
  wires.hold = new Promise((resolve) => {
    release = resolve
  })
  wires.events?.lost()
  await until(() => wires.asked.length === 2)
  // Redis has subscribed, and sends before the answer has been looked at.
  wires.events?.message('p:a', Buffer.from('after'))
  t.same(heard.all, ['1-2 3 as it is'])
  release()
  await until(() => heard.all.length === 3)

  t.same(heard.all, ['1-2 3 as it is', 'gap of undefined', 'after'])
  await relay.publish('a', 'x')
  await relay.publish('a', Uint8Array.of(121))
  t.same(wires.asked, ['subscribe p:a', 'subscribe p:a', 'publish p:a x', 'publish p:a y'])
  await relay.close()
})

t.test('missed messages are read once, and lost ones are counted', async (t) => {
  const wires = new Wires()
  const relay = relaying(wires, 10)
  const heard = new Heard()
  wires.publish('p:a', 1)
  await relay.join('a', heard)
  wires.publish('p:a', 2)
  const live = wires.cut()
  for (const number of [3, 4]) wires.publish('p:a', number)
  live?.lost()
  await until(() => heard.all.length === 3)
  wires.events?.message('p:a', Buffer.from('0-4 1 content 4')) // which comes later than it was read
  wires.publish('p:a', 5)

  const again = wires.cut()
  for (const number of [6, 7, 8]) wires.publish('p:a', number)
  wires.streams.set('p:a', wires.streams.get('p:a')?.slice(-1) ?? [])
  again?.lost()
  await until(() => heard.all.length === 6)

  t.same(heard.all, [
    'content 2 at 2',
    'content 3 at 3',
    'content 4 at 4',
    'content 5 at 5',
    'gap of 2',
    'content 8 at 8',
  ])
  t.same(
    (await relay.history('a', 1)).map(({ position }) => position.number),
    [8],
  )
  await relay.close()
})

t.test('a connection that is lost during the catch-up starts it again', async (t) => {
  const wires = new Wires()
  const relay = relaying(wires, 10)
  const heard = new Heard()
  wires.publish('p:a', 1)
  await relay.join('a', heard)
  wires.publish('p:a', 2)
  let release: () => void = () => {}
  wires.events?.lost()
  await until(() => wires.asked.length === 2)
  wires.hold = new Promise((resolve) => {
    release = resolve
  })
  await new Promise(setImmediate)
  wires.publish('p:a', 3)
  wires.events?.lost()
  release()
  wires.hold = Promise.resolve()
  wires.publish('p:a', 4)
  await until(() => heard.all.length >= 3)
  await until(() => wires.asked.length >= 2)
  await new Promise((resolve) => setTimeout(resolve, 60))
  wires.publish('p:a', 5)

  t.same(heard.all, ['content 2 at 2', 'content 3 at 3', 'content 4 at 4', 'content 5 at 5'])
  await relay.close()
})

t.test('a channel that Redis refuses fails for its subscriber only, with the reason', async (t) => {
  const wires = new Wires()
  const relay = relaying(wires, 0)
  await relay.join('a', new Heard())
  wires.refuses = 'p:b'

  await t.rejects(relay.join('b', new Heard()), {
    name: 'ChannelsUnavailable',
    message: 'channels: subscribe failed, NOPERM p:b. Check that Redis runs and can be reached.',
    cause: Error,
  })
  relay.leave('b')
  relay.leave('never')
  t.same(wires.asked, ['subscribe p:a', 'subscribe p:b', 'unsubscribe p:b'])
  await relay.close()
})

t.test('a channel that was left before the connection opened is not subscribed to', async (t) => {
  const wires = new Wires()
  const relay = relaying(wires, 0)
  const left = relay.join('a', new Heard())
  relay.leave('a')
  await relay.join('b', new Heard())
  relay.leave('b')
  await relay.close()

  t.same(wires.asked, ['subscribe p:b', 'unsubscribe p:b'])
  await t.rejects(left, ChannelsUnavailable)
})

t.test('many channels are subscribed to with few commands', async (t) => {
  const wires = new Wires()
  const relay = relaying(wires, 0)
  const heard = new Heard()
  const names = Array.from({ length: 1100 }, (_, index) => String(index))

  await Promise.all(names.map((name) => relay.join(name, heard)))
  wires.events?.lost()
  await until(() => heard.all.length === 1100)

  const thrice = ['subscribe 500', 'subscribe 500', 'subscribe 100']
  t.same(wires.asked, [...thrice, ...thrice])
  await relay.close()
})

t.test('a queue of channels may take longer than one command', async (t) => {
  const wires = new Wires()
  const relay = new RedisRelay({
    dial: (events) => {
      const link = wires.dial(events)
      const slowly = (keys: string[]): Promise<unknown> =>
        new Promise((resolve) => setTimeout(resolve, 300)).then(() => link.subscribe(keys))
      return { ...link, subscribe: slowly }
    },
    send: wires.send,
    limits: { length: 0, ttlMs: 1000 },
    prefix: 'p',
    timeoutMs: 1000,
    pingMs: 10_000,
  })
  const heard = new Heard()
  await relay.join('first', heard)
  const names = Array.from({ length: 2400 }, (_, index) => String(index))

  await Promise.all(names.map((name) => relay.join(name, heard)))

  t.same(wires.asked.slice(1), [...Array(4).fill('subscribe 500'), 'subscribe 400'])
  await relay.close()
})

t.test('a stream that cannot be read fails only its own reader', async (t) => {
  const wires = new Wires()
  const relay = new RedisRelay({
    dial: wires.dial,
    send: () => Promise.reject('no reason'),
    limits: { length: 5, ttlMs: 1000 },
    prefix: 'p',
    timeoutMs: 1000,
    pingMs: 10_000,
  })
  const message = (what: string): RegExp => new RegExp(`^channels: ${what} failed, no reason\\. `)

  await t.rejects(relay.join('a', new Heard()), { message: message('subscribe') })
  await t.rejects(relay.history('a', 1), { message: message('history'), cause: 'no reason' })
  await t.rejects(relay.publish('a', 'x'), { message: message('publish') })
  await t.rejects(relay.publish('a', Uint8Array.of(1)), { message: message('publish') })
  await relay.close()
})
