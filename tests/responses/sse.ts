import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { ClientDisconnected } from '../../lib/exceptions.ts'
import { Request } from '../../lib/requests.ts'
import {
  type EventSourceEvents,
  type EventSourceOptions,
  EventSourceResponse,
  lastEventId,
} from '../../lib/responses/sse.ts'
import { parts, timers } from '../support/eventstream.ts'
import { Client } from '../support/leaving.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'

async function sent(events: EventSourceEvents, options?: EventSourceOptions): Promise<string[]> {
  const response = new EventSourceResponse(events, options)
  return parts(await call((...channels) => response.respond(...channels)))
}

t.test('the head has the content type, and no-store', async (t) => {
  t.same(new EventSourceResponse([]).headers.list, [
    ...['content-type', 'text/event-stream; charset=utf-8'],
    ...['cache-control', 'no-store'],
    ...['x-accel-buffering', 'no'],
  ])
  const { headers, status } = new EventSourceResponse([], {
    status: 201,
    headers: { 'cache-control': 'no-cache', 'x-a': '1' },
  })
  t.equal(status, 201)
  t.equal(headers.get('cache-control'), 'no-cache')
  t.equal(headers.get('x-a'), '1')
})

t.test('a comment or the retry time opens the connection', async (t) => {
  t.same(await sent([]), [':\n\n'])
  t.same(await sent([], { retry: 250 }), ['retry: 250\n\n'])
})

t.test('events are sent one by one from any source', async (t) => {
  const events = ['a', { event: 'b', data: 'c' }]
  const sources: Record<string, () => EventSourceEvents> = {
    array: () => events,
    'async generator': () =>
      (async function* () {
        yield* events
      })(),
    'web stream': () =>
      new ReadableStream({
        start(controller) {
          for (const event of events) controller.enqueue(event)
          controller.close()
        },
      }),
    'Node stream': () => Readable.from(events),
  }
  for (const [name, source] of Object.entries(sources)) {
    t.same(await sent(source()), [':\n\n', 'data: a\n\n', 'event: b\ndata: c\n\n'], name)
  }
  const response = new EventSourceResponse(events)
  for (const _ of ['first', 'second']) {
    t.equal(parts(await call((...channels) => response.respond(...channels))).length, 3)
  }
})

t.test('invalid options throw immediately', async (t) => {
  for (const [source, given] of [
    ['abc', 'string'],
    [null, 'null'],
    [{}, 'object'],
    [async function* () {}, 'function'],
  ]) {
    t.throws(
      () => new EventSourceResponse(source as never),
      new RegExp(
        `^EventSourceResponse: the content must be iterable in events, ${given} was given`,
      ),
    )
  }
  for (const ping of [0, -1, Number.NaN, 2 ** 31, true, '1'] as number[]) {
    t.throws(() => new EventSourceResponse([], { ping }), {
      name: 'RangeError',
      message: /^EventSourceResponse: ping must be a number of milliseconds from 1 to 2147483647, /,
    })
  }
  t.throws(() => new EventSourceResponse([], { retry: 1.5 }), /retry must be a whole number of m/)
})

t.test('an event that cannot be sent ends the stream and its producer', async (t) => {
  const log: string[] = []
  const failing = async function* (): AsyncGenerator<string | { id: string }> {
    try {
      yield 'a'
      yield { id: 'a\nb' }
    } finally {
      log.push('stopped')
    }
  }
  await t.rejects(sent(failing()), /^ServerSentEvent: id must be one line/)
  t.same(log, ['stopped'])

  const throwing = (async function* (): AsyncGenerator<string> {
    yield 'a'
    throw new Error('kaput')
  })()
  await t.rejects(sent(throwing), /^kaput$/)
})

t.test('pings are sent while no event arrives, and events still arrive', async (t) => {
  const before = timers()
  let release = (): void => {}
  const client = new Client()
  const slow = async function* (): AsyncGenerator<string> {
    await new Promise<void>((resolve) => (release = resolve))
    yield 'late'
    yield 'at once'
  }
  client.onMessage = () => client.messages.length === 4 && release()

  await client.get(new EventSourceResponse(slow(), { ping: 5 }))

  const [opening, ...rest] = parts(client.messages)
  t.equal(opening, ':\n\n')
  t.same(rest.slice(-2), ['data: late\n\n', 'data: at once\n\n'])
  t.ok(rest.length >= 4)
  t.same(new Set(rest.slice(0, -2)), new Set([':\n\n']))
  t.equal(timers(), before, 'and no timer is left')
})

t.test('an event during a ping is sent after it', async (t) => {
  let release = (): void => {}
  const client = new Client()
  client.onMessage = async () => {
    if (client.messages.length !== 3) return // the first ping
    release()
    await turn()
  }
  const slow = async function* (): AsyncGenerator<string> {
    await new Promise<void>((resolve) => (release = resolve))
    yield 'late'
  }

  await client.get(new EventSourceResponse(slow(), { ping: 5 }))
  t.same(parts(client.messages), [':\n\n', ':\n\n', 'data: late\n\n'])
})

t.test('pings can be disabled', async (t) => {
  const before = timers()
  const client = new Client()
  let release = (): void => {}
  const slow = async function* (): AsyncGenerator<string> {
    await new Promise<void>((resolve) => (release = resolve))
  }
  const done = client.get(new EventSourceResponse(slow(), { ping: false }))
  await turn()

  t.ok(timers() <= before)
  release()
  await done
  t.same(parts(client.messages), [':\n\n'])
})

t.test('no more is read than the client has received', async (t) => {
  const client = new Client()
  let made = 0
  let read = (): void => {}
  client.onMessage = ({ type }) =>
    type === 'http.response.body' && new Promise<void>((resolve) => (read = resolve))
  const endless = async function* (): AsyncGenerator<string> {
    for (;;) yield `${made++}`
  }
  const done = client.get(new EventSourceResponse(endless()))

  for (const wanted of [0, 1, 2]) {
    await turn()
    t.equal(made, wanted)
    read()
  }
  await turn()
  client.leave()
  read()
  await t.rejects(done, ClientDisconnected)
})

t.test('the source is not read for responses without content', async (t) => {
  const before = timers()
  const unread = Readable.from(['a'])
  const response = new EventSourceResponse(unread)
  const scope = httpScope({ method: 'HEAD' })
  const messages = await call((...channels) => response.respond(...channels), scope)

  t.same(parts(messages), [])
  t.equal(unread.destroyed, true)
  t.ok(timers() <= before)
})

t.test('it can refuse a websocket as any response can', async (t) => {
  const response = new EventSourceResponse(['a'])
  const messages = await call((...channels) => response.respond(...channels), websocketScope())
  t.equal(messages[0]?.type, 'websocket.http.response.start')
  t.same(parts(messages), [':\n\n', 'data: a\n\n'])
})

t.test('lastEventId reads the field in the form that browsers send', async (t) => {
  const cases: [string[], string | null][] = [
    [[], null],
    [['last-event-id', ''], null],
    [['last-event-id', '7'], '7'],
    [['last-event-id', Buffer.from('é 😀').toString('latin1')], 'é 😀'],
    [['last-event-id', '\xff'], '\ufffd'],
  ]
  for (const [headers, id] of cases) {
    t.equal(lastEventId(new Request(httpScope({ headers }))), id)
  }
})
