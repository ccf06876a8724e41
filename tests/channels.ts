import t from 'tap'
import { channels, memoryBackend, type SubscribeOptions } from '../lib/channels.ts'
import { texts } from './support/channels.ts'

// LS-CH-1
t.test('subscribers receive the messages that are published afterwards', async (t) => {
  await using bus = channels()
  await bus.publish('news', 'too early')
  await using first = await bus.subscribe('news')
  using second = await bus.subscribe(['news', 'sports'])

  await bus.publish('news', 'one')
  await bus.publishJSON('sports', { two: 2 })
  await bus.publish('weather', 'unheard')

  t.same(await texts(first, 1), ['one'])
  t.equal((await second.next()).value?.text, 'one')
  t.same((await second.next()).value?.json(), { two: 2 })
})

// LS-CH-3
t.test('earlier messages are delivered first on request', async (t) => {
  await using bus = channels({ backend: memoryBackend({ history: 2 }) })
  for (const text of ['1', '2', '3']) await bus.publish('news', text)
  using subscription = await bus.subscribe('news', { history: Number.POSITIVE_INFINITY })

  t.same(await texts(subscription, 2), ['2', '3'])
})

// LS-CH-5
t.test('a loop over messages ends when the signal aborts, even without a message', async (t) => {
  await using bus = channels()
  const controller = new AbortController()
  const reading = (async () => {
    for await (const _ of await bus.subscribe('news', { signal: controller.signal })) t.fail()
  })()
  await new Promise(setImmediate)

  controller.abort()

  await reading
})

t.test('all subscriptions end when the channels are closed', async (t) => {
  const bus = channels()
  const subscription = await bus.subscribe('news')
  const waiting = subscription.next()

  await Promise.all([bus.close(), bus.close()])

  t.same(await waiting, { done: true, value: undefined })
  await t.rejects(bus.publish('news', 'x'), {
    name: 'TypeError',
    message:
      'channels.publish: not possible any more, the channels were closed. Close them after everything else.',
  })
  await t.rejects(bus.publishJSON('news', 1), /channels\.publish: not possible any more/)
  await t.rejects(bus.subscribe('news'), /channels\.subscribe: not possible any more/)
})

t.test('a backend can be used by only one channels()', (t) => {
  const backend = memoryBackend()
  channels({ backend })

  t.throws(() => channels({ backend }), {
    name: 'TypeError',
    message:
      'channels: the backend must not be in use by other channels, a used one was given. Create a backend for each.',
  })
  t.end()
})

t.test('messages are text or bytes, up to a size', async (t) => {
  await using bus = channels({ maxMessageSize: 3 })

  await bus.publish('news', 'abc')
  await bus.publish('news', new Uint8Array(3))
  for (const message of ['abcd', new Uint8Array(4)]) {
    await t.rejects(bus.publish('news', message), {
      name: 'RangeError',
      message:
        'channels.publish: a message must have at most 3 bytes, 4 were given. Raise maxMessageSize.',
    })
  }
  for (const [message, kind] of [
    [{}, 'an object'],
    [null, 'null'],
    [7, '7'],
  ] as const) {
    await t.rejects(bus.publish('news', message as unknown as string), {
      name: 'TypeError',
      message: `channels.publish: a message must be text or bytes, ${kind} was given. Use publishJSON() for other values.`,
    })
  }
  for (const [value, kind] of [
    [undefined, 'undefined'],
    [() => 1, 'a function'],
  ] as const) {
    await t.rejects(bus.publishJSON('news', value), {
      name: 'TypeError',
      message: `channels.publishJSON: the value must have a JSON form, ${kind} was given. Pass null for nothing.`,
    })
  }
  for (const maxMessageSize of [0, Number.NaN]) {
    t.throws(() => channels({ maxMessageSize }), {
      name: 'RangeError',
      message: `channels: maxMessageSize must be a number greater than 0, ${maxMessageSize} was given. Use Infinity for no limit.`,
    })
  }
})

t.test('invalid names are refused', async (t) => {
  await using bus = channels()

  await t.rejects(
    bus.publish('a\n', 'x'),
    /channels\.publish: a name must have 1 to 255 characters/,
  )
  await t.rejects(
    bus.subscribe(['a', '']),
    /channels\.subscribe: a name must have 1 to 255 characters/,
  )
  await t.rejects(bus.subscribe([]), {
    name: 'TypeError',
    message: 'channels.subscribe: a channel is needed, no name was given. Pass one or more.',
  })
})

t.test('invalid options are refused', async (t) => {
  await using bus = channels({ backend: memoryBackend({ history: 1 }) })
  const cases: [SubscribeOptions, string][] = [
    [
      { history: -1 },
      'history must be a whole number of messages, -1 was given. Use Infinity for all.',
    ],
    [
      { history: 0.5 },
      'history must be a whole number of messages, 0.5 was given. Use Infinity for all.',
    ],
    [
      { backlog: 0 },
      'backlog must be a number greater than 0, 0 was given. Use Infinity for no limit.',
    ],
    [
      { backlogSize: Number.NaN },
      'backlogSize must be a number greater than 0, NaN was given. Use Infinity for no limit.',
    ],
    [
      { overflow: 'drop' as 'drop-oldest' }, // as JavaScript may
      'overflow must be one of drop-oldest, drop-newest, disconnect, "drop" was given. Omit it for drop-oldest.',
    ],
  ]
  for (const [options, message] of cases) {
    await t.rejects(bus.subscribe('news', options), {
      name: 'RangeError',
      message: `channels.subscribe: ${message}`,
    })
  }

  await using forgetful = channels()
  await t.rejects(forgetful.subscribe('news', { history: 1 }), {
    message:
      'channels.subscribe: history must be 0, since the backend keeps no messages, 1 was given. Give the backend a history.',
  })
})
