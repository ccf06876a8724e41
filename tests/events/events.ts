// LS-EVT-1: events inside a process.
import t from 'tap'
import { events } from '../../lib/events.ts'
import { unhandledIn } from '../support/unhandled.ts'

/** A promise, and what resolves it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

t.test('LS-EVT-1: all listeners of an event get its data, after emit() has returned', async (t) => {
  const heard: string[] = []
  const shop = events({
    sold: [
      (order: { item: string }) => void heard.push(`one ${order.item}`),
      async ({ item }: { item: string }) => void heard.push(`two ${item}`),
    ],
    closed: () => void heard.push('closed'),
  })
  const all = [shop.emit('sold', { item: 'tea' }), shop.emit('closed', undefined)]
  t.same(heard, [])
  await Promise.all(all)
  t.same(heard, ['one tea', 'two tea', 'closed'])
  t.same(shop.counts, { delivered: 3, failed: 0, dropped: 0, waiting: 0, running: 0 })
})

t.test('LS-EVT-1: the data has the type that all listeners take', async (t) => {
  const heard: unknown[] = []
  const shop = events({
    sold: [
      ({ id }: { id: number }) => heard.push(id),
      ({ item }: { item: string }) => heard.push(item),
    ],
  })
  await shop.emit('sold', { id: 1, item: 'tea' })
  // @ts-expect-error: the second listener needs an item
  await shop.emit('sold', { id: 2 })
  t.same(heard, [1, 'tea', 2, undefined])
})

t.test('LS-EVT-1: an error is reported and counted, and other listeners run', async (t) => {
  const told: unknown[] = []
  const heard: number[] = []
  const onError = (error: unknown, event: unknown): void => void told.push(error, event)
  const fail = (): never => {
    throw new Error('one')
  }
  const shop = events(
    { sold: [fail, async () => Promise.reject(new Error('two')), (id: number) => heard.push(id)] },
    { onError },
  )
  t.same(await unhandledIn(() => shop.emit('sold', 7)), [])
  t.match(told, [{ message: 'one' }, { name: 'sold', data: 7 }, { message: 'two' }, {}])
  t.same(heard, [7])
  t.match(shop.counts, { delivered: 1, failed: 2 })
})

t.test('without onError, an error is one line of the log', async (t) => {
  const lines = t.capture(console, 'error')
  const shop = events({ sold: () => Promise.reject(new Error('no paper')) })
  await shop.emit('sold', 1)
  const odd = events({ sold: () => Promise.reject(3) })
  await odd.emit('sold', 1)
  t.match(lines(), [
    { args: [/^events: a listener of "sold" failed\. Error: no paper/] },
    { args: ['events: a listener of "sold" failed. 3'] },
  ])
})

t.test('LS-EVT-1: an unknown name and a wrong table are refused', async (t) => {
  const shop = events({ sold: () => {} })
  t.throws(
    () => shop.emit('solt' as never, 1 as never),
    /unknown event "solt"\. Did you mean "sold"\?/,
  )
  t.throws(() => shop.emit('x' as never, 1 as never), /unknown event "x"\. Add it to events/)
  t.throws(() => shop.emit('constructor' as never, 1 as never), TypeError)
  t.throws(() => shop.emit('sold', 1, { afte: 1 } as never), /unknown option "afte"/)
  t.throws(() => events({ sold: ['x'] } as never), /each listener of "sold" must be a function/)
  t.throws(() => events([] as never), /the listeners must be an object of functions/)
  t.throws(
    () => events({}, { concurrency: 0 }),
    /concurrency must be a whole number greater than 0/,
  )
  t.throws(() => events({}, { maxWaiting: 1.5 }), RangeError)
  t.throws(() => events({}, { graceMs: Number.POSITIVE_INFINITY }), /graceMs must be milliseconds/)
  t.throws(() => events({}, { onError: 1 } as never), /onError must be a function/)
})

t.test('listeners run in order, as many at a time as `concurrency`', async (t) => {
  const order: string[] = []
  const first = gate()
  const shop = events(
    {
      sold: async (id: number) => {
        order.push(`begin ${id}`)
        if (id === 1) await first.opened
        order.push(`end ${id}`)
      },
    },
    { concurrency: 1 },
  )
  const all = [1, 2, 3].map((id) => shop.emit('sold', id))
  await Promise.resolve()
  t.match(shop.counts, { running: 1, waiting: 2 })
  first.open()
  await Promise.all(all)
  t.same(order, ['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
})

t.test('a full queue throws, and awaiting emit() prevents it', async (t) => {
  const first = gate()
  const shop = events({ sold: () => first.opened }, { concurrency: 1, maxWaiting: 2 })
  const all = [shop.emit('sold', 1)]
  await Promise.resolve()
  all.push(shop.emit('sold', 2), shop.emit('sold', 3))
  t.throws(() => shop.emit('sold', 4), {
    name: 'EventsFull',
    status: 503,
    message: /at most 2 deliveries may wait, 2 are waiting, so "sold" was refused\. Await emit\(\)/,
  })
  first.open()
  await Promise.all(all)
  for (let id = 0; id < 10; id++) await shop.emit('sold', id)
  t.match(shop.counts, { delivered: 13, waiting: 0 })
})

t.test('close() waits for all events, also nested ones, and then emit() throws', async (t) => {
  const heard: string[] = []
  const shop = events({
    sold: async (id: number): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve))
      heard.push(`sold ${id}`)
      if (id === 1) void shop.emit('sold', 2)
    },
  })
  void shop.emit('sold', 1)
  await Promise.all([shop.close(), shop.close()])
  t.same(heard, ['sold 1', 'sold 2'])
  t.throws(() => shop.emit('sold', 3), /no event can be emitted after close\(\), "sold" was/)
  await shop.close()
})

t.test('close() drops the remaining events after the grace time, and aborts', async (t) => {
  const lines = t.capture(console, 'error')
  const aborted: unknown[] = []
  const shop = events(
    {
      sold: (_: number, signal: AbortSignal) =>
        new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.push(signal.reason)
            resolve()
          })
        }),
    },
    { concurrency: 1, graceMs: 5 },
  )
  const all = [shop.emit('sold', 1), shop.emit('sold', 2)]
  await Promise.resolve()
  await shop.close()
  await Promise.all(all)
  t.match(aborted, [{ message: 'events: the grace time is over' }])
  t.match(shop.counts, { delivered: 1, dropped: 1, waiting: 0, running: 0 })
  t.match(lines(), [
    { args: [/grace time of 5 ms is over, 1 deliveries were dropped and 1 listen/] },
  ])
})
