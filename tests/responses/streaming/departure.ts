// Runs alone: measures the memory of its process.
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { ClientDisconnected } from '../../../lib/exceptions.ts'
import { StreamingResponse } from '../../../lib/responses/streaming.ts'
import { buffersComeBelow, collectGarbage } from '../../support/gc.ts'
import { Client, ticks } from '../../support/leaving.ts'

t.test('is read no faster than the client reads: advisory 99', async (t) => {
  const log: string[] = []
  const client = new Client()
  let read = (): void => {}
  client.onMessage = ({ type }) =>
    type === 'http.response.body' && new Promise<void>((resolve) => (read = resolve))
  const done = client.get(new StreamingResponse(ticks(log)))

  await turn()
  t.same(log, ['made 0'], 'the first chunk waits to be taken')
  read()
  await turn()
  t.same(log, ['made 0', 'made 1'])

  client.leave()
  read()
  await t.rejects(done, ClientDisconnected)
  t.equal(log.at(-1), 'stopped')
})

t.test('when the client disconnects', async (t) => {
  t.test('a source that yields is stopped once: RS-15, advisory 101', async (t) => {
    const log: string[] = []
    const client = new Client()
    client.onMessage = () => client.messages.length === 3 && client.leave()

    await t.rejects(client.get(new StreamingResponse(ticks(log))), ClientDisconnected)
    t.same(log, ['made 0', 'made 1', 'stopped'])
    t.equal(client.listeners, 1)
  })

  t.test('a hanging source is not awaited, and is stopped when it settles', async (t) => {
    const log: string[] = []
    let wake = (): void => {}
    const client = new Client()
    const done = client.get(
      new StreamingResponse(ticks(log, new Promise<void>((resolve) => (wake = resolve)))),
    )
    await turn()

    client.leave()
    await t.rejects(done, ClientDisconnected)
    t.same(log, ['made 0'])

    wake()
    await turn()
    t.same(log, ['made 0', 'made 1', 'stopped'])
  })

  t.test('a source that rejects afterwards does no harm', async (t) => {
    let fail = (_error: Error): void => {}
    const client = new Client()
    const source = ticks([], new Promise((_, reject) => (fail = reject)))
    const done = client.get(new StreamingResponse(source))
    await turn()

    client.leave()
    await t.rejects(done, ClientDisconnected)
    fail(new Error('too late'))
    await turn()
  })

  t.test('while a part is being sent, the next one is not read', async (t) => {
    const log: string[] = []
    const client = new Client()
    // A send that resolves although the client has gone meanwhile.
    client.onMessage = ({ type }) => type === 'http.response.body' && client.leave()

    const source = ticks(log, new Promise(() => {}))
    await t.rejects(client.get(new StreamingResponse(source)), ClientDisconnected)
    t.same(log, ['made 0', 'stopped'])
  })

  t.test('before the first message, the source is not started', async (t) => {
    const readable = Readable.from(['a'])
    const client = new Client()
    client.leave()

    await t.rejects(client.get(new StreamingResponse(readable)), ClientDisconnected)
    t.equal(readable.destroyed, true)
  })

  t.test('streams are cancelled', async (t) => {
    let cancelled = 0
    const web = new ReadableStream<string>({
      pull: (controller) => controller.enqueue('a'),
      cancel: () => {
        cancelled++
      },
    })
    const readable = Readable.from(ticks([]))
    for (const source of [web, readable]) {
      const client = new Client()
      client.onMessage = () => client.messages.length === 3 && client.leave()
      await t.rejects(client.get(new StreamingResponse(source)), ClientDisconnected)
    }
    await turn()

    t.equal(cancelled, 1)
    t.equal(readable.destroyed, true)
  })

  t.test('a synchronous source is stopped too, and one without return() is left', async (t) => {
    const log: string[] = []
    const endless = function* (): Generator<string> {
      try {
        for (;;) yield 'a'
      } finally {
        log.push('stopped')
      }
    }
    const bare = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 'a' }) }) }
    for (const source of [endless(), bare as Iterable<string>]) {
      const client = new Client()
      client.onMessage = () => client.messages.length === 3 && client.leave()
      await t.rejects(client.get(new StreamingResponse(source)), ClientDisconnected)
    }
    t.same(log, ['stopped'])
  })

  t.test('an error of stopping does not replace the first error', async (t) => {
    const client = () => {
      const one = new Client()
      one.onMessage = () => one.messages.length === 2 && one.leave()
      return one
    }
    const source = (stop: () => never | Promise<never>): Iterable<string> => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: 'a' }),
        return: stop as never,
      }),
    })
    const throwing = source(() => {
      throw new Error('sync')
    })
    const rejecting = source(() => Promise.reject(new Error('async')))

    for (const one of [throwing, rejecting]) {
      await t.rejects(client().get(new StreamingResponse(one)), ClientDisconnected)
    }
  })

  t.test('background work runs: RS-16', async (t) => {
    const log: string[] = []
    const client = new Client()
    client.onMessage = () => client.messages.length === 2 && client.leave()
    const background = () => log.push('background')

    const response = new StreamingResponse(ticks(log), { background })
    await t.rejects(client.get(response), ClientDisconnected)
    t.same(log, ['made 0', 'stopped', 'background'])
  })
})

t.test('5,000 clients that disconnect stop 5,000 sources: advisory 101', async (t) => {
  let stopped = 0
  const leaveOnce = async (): Promise<void> => {
    const client = new Client()
    client.onMessage = () => client.messages.length === 2 && client.leave()
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(10_000)
      } finally {
        stopped++
      }
    }
    await client.get(new StreamingResponse(source())).catch(() => {})
  }
  await leaveOnce()
  collectGarbage()
  const before = process.memoryUsage().arrayBuffers

  for (let round = 1; round < 5000; round++) await leaveOnce()

  t.equal(stopped, 5000)
  t.ok(await buffersComeBelow(before + 100_000))
})
