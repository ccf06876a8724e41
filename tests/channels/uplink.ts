import t from 'tap'
import {
  type Link,
  type LinkEvents,
  Uplink,
  type UplinkOptions,
} from '../../lib/channels/uplink.ts'
import { until } from '../support/channels.ts'
import { timers } from '../support/eventstream.ts'

/** A link by hand. */
class Wire implements Link {
  readonly events: LinkEvents
  isClosed = false
  pings = 0
  readonly #open: () => Promise<unknown>
  readonly #ping: () => Promise<unknown>

  constructor(events: LinkEvents, open = async () => {}, ping = async () => {}) {
    this.events = events
    this.#open = open
    this.#ping = ping
  }

  open(): Promise<unknown> {
    return this.#open()
  }

  ping(): Promise<unknown> {
    this.pings++
    return this.#ping()
  }

  async subscribe(): Promise<void> {}

  async unsubscribe(): Promise<void> {}

  close(): void {
    this.isClosed = true
    this.events.lost()
  }
}

interface Tried {
  readonly uplink: Uplink
  readonly wires: Wire[]
  readonly log: string[]
}

function trying(
  make: (events: LinkEvents, index: number) => Wire,
  options: Partial<UplinkOptions> = {},
): Tried {
  const wires: Wire[] = []
  const log: string[] = []
  const uplink = new Uplink({
    dial(events) {
      const wire = make(events, wires.length)
      wires.push(wire)
      return wire
    },
    timeoutMs: 20,
    pingMs: 10_000,
    up: async () => void log.push('up'),
    down: () => log.push('down'),
    message: (channel, payload) => log.push(`${channel}: ${payload}`),
    ...options,
  })
  return { uplink, wires, log }
}

t.test('connects once, and again after the connection was lost', async (t) => {
  const { uplink, wires, log } = trying((events) => new Wire(events))
  t.same(wires, [])
  uplink.start()
  uplink.start()
  await until(() => log.length === 1)
  wires[0]?.events.message('a', Uint8Array.of(1))
  wires[0]?.events.lost(new Error('reset'))
  wires[0]?.events.lost(new Error('and more'))
  await until(() => log.includes('down'))
  t.match(uplink.failure, { message: 'reset' })
  wires[0]?.events.message('a', Uint8Array.of(2)) // which is late
  await until(() => log.length === 4)
  t.equal(uplink.failure, undefined)

  await uplink.close()

  t.same(log, ['up', 'a: 1', 'down', 'up', 'down'])
  t.same(
    wires.map(({ isClosed }) => isClosed),
    [true, true],
  )
})

t.test('tries until it succeeds, and reports why it fails', async (t) => {
  const ways: ((events: LinkEvents) => Wire)[] = [
    (events) => new Wire(events, () => Promise.reject(new Error('refused'))),
    (events) => new Wire(events, () => new Promise(() => {})),
    (events) =>
      new Wire(events, () => {
        events.lost(new Error('lost meanwhile'))
        return new Promise(() => {})
      }),
    (events) =>
      new Wire(events, () => {
        events.lost()
        return new Promise(() => {})
      }),
  ]
  const failures: unknown[] = []
  let uplink: Uplink | undefined
  const tried = trying((events, index) => (ways[index] ?? ((each) => new Wire(each)))(events), {
    down: () => setImmediate(() => failures.push(uplink?.failure)),
  })
  uplink = tried.uplink
  uplink.start()

  await until(() => tried.log.includes('up'))
  await uplink.close()
  t.match(failures.slice(0, 4), [
    { message: 'refused' },
    { message: 'it took longer than 20 ms' },
    { message: 'lost meanwhile' },
    { message: 'the connection was lost' },
  ])
})

t.test('an error of the open connection ends it too', async (t) => {
  let count = 0
  const { uplink, wires } = trying((events) => new Wire(events), {
    async up() {
      if (++count === 1) throw new Error('no subscription')
    },
  })
  uplink.start()

  await until(() => count === 2)
  t.same(
    wires.map(({ isClosed }) => isClosed),
    [true, false],
  )
  await uplink.close()
})

t.test('a connection that does not answer is closed', async (t) => {
  const pings = [
    () => new Promise<void>(() => {}),
    () => Promise.reject(new Error('no')),
    async () => {},
  ]
  const make = (events: LinkEvents, index: number): Wire =>
    new Wire(events, async () => {}, pings[index])
  const { uplink, wires } = trying(make, { pingMs: 1 })
  uplink.start()

  await until(() => (wires[2]?.pings ?? 0) > 3)
  t.same(
    wires.map(({ isClosed }) => isClosed),
    [true, true, false],
  )
  await uplink.close()
})

t.test('no timer is left, whenever it is closed', async (t) => {
  const before = timers()
  const states: [(events: LinkEvents) => Wire, (tried: Tried) => boolean][] = [
    [(events) => new Wire(events, () => new Promise(() => {})), () => true],
    [(events) => new Wire(events), ({ log }) => log.includes('up')],
    [
      (events) => new Wire(events, () => Promise.reject(new Error('no'))),
      ({ log }) => log.filter((line) => line === 'down').length > 4, // in a pause
    ],
  ]
  for (const [make, isThere] of states) {
    const tried = trying(make)
    tried.uplink.start()
    await until(() => isThere(tried))
    await tried.uplink.close()
    await tried.uplink.close()
    tried.uplink.start()
    await new Promise(setImmediate)
    t.ok(timers() <= before)
  }
  await trying((events) => new Wire(events)).uplink.close()
})
