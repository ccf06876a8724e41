// What happens to a producer of events when its client goes.
import { EventEmitter, on } from 'node:events'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { Request } from '../../../lib/requests.ts'
import { EventSourceResponse } from '../../../lib/responses/sse.ts'
import { parts, timers } from '../../support/eventstream.ts'
import { Client } from '../../support/leaving.ts'
import { httpScope } from '../../support/scopes.ts'

t.test('a producer that yields is stopped', async (t) => {
  const before = timers()
  const log: string[] = []
  const client = new Client()
  client.onMessage = () => client.messages.length === 4 && client.leave()
  const endless = async function* (): AsyncGenerator<string> {
    try {
      for (;;) yield 'a'
    } finally {
      log.push('stopped')
    }
  }
  await t.rejects(client.get(new EventSourceResponse(endless())), ClientDisconnected)
  await turn()

  t.same(log, ['stopped'])
  t.ok(timers() <= before)
})

t.test('a waiting producer gets the abort signal, and no timer stays', async (t) => {
  const before = timers()
  const log: string[] = []
  const news = new EventEmitter()
  const client = new Client()
  const { signal } = new Request(client.scope)
  const waiting = async function* (): AsyncGenerator<string> {
    try {
      for await (const [text] of on(news, 'item', { signal })) yield text
    } finally {
      log.push('stopped')
    }
  }
  const done = client.get(new EventSourceResponse(waiting()))
  await turn()
  news.emit('item', 'first')
  await turn()
  t.equal(timers(), before + 1)
  client.leave()

  await t.rejects(done, ClientDisconnected)
  await turn()
  t.same(parts(client.messages), [':\n\n', 'data: first\n\n'])
  t.same(log, ['stopped'])
  t.ok(timers() <= before)
  t.equal(news.listenerCount('item'), 0)
})

t.test('a source that settles later does no harm', async (t) => {
  const log: string[] = []
  const client = new Client()
  let fail = (_error: Error): void => {}
  const hanging = async function* (): AsyncGenerator<string> {
    try {
      await new Promise((_, reject) => (fail = reject))
    } finally {
      log.push('stopped')
    }
  }
  const done = client.get(new EventSourceResponse(hanging()))
  await turn()
  client.leave()
  await t.rejects(done, ClientDisconnected)
  fail(new Error('too late'))
  await turn()

  t.same(log, ['stopped'])
})

t.test('a ping detects a disconnect if the server cannot', async (t) => {
  const before = timers()
  let gone = false
  const response = new EventSourceResponse(new ReadableStream(), { ping: 5 })
  const done = response.respond(
    httpScope(),
    async () => ({ type: 'http.disconnect' }),
    async () => {
      if (gone) throw new ClientDisconnected()
    },
  )
  await sleep(1)
  gone = true

  await t.rejects(done, ClientDisconnected)
  t.ok(timers() <= before)
})

t.test('2,000 clients that disconnect stop 2,000 producers and timers: advisory 101', async (t) => {
  const before = timers()
  let stopped = 0
  const producers: (() => AsyncGenerator<string>)[] = [
    async function* yielding() {
      try {
        for (;;) yield 'a'
      } finally {
        stopped++
      }
    },
    async function* waiting() {
      try {
        yield 'a'
        yield 'b'
        await turn()
        yield 'c'
      } finally {
        stopped++
      }
    },
  ]
  for (let round = 0; round < 1000; round++) {
    for (const producer of producers) {
      const client = new Client()
      client.onMessage = () => client.messages.length === 4 && queueMicrotask(() => client.leave())
      await client.get(new EventSourceResponse(producer())).catch(() => {})
    }
  }
  await turn()

  t.equal(stopped, 2000)
  t.ok(timers() <= before)
})
