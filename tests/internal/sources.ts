import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { giveUp, isSource, iterate, take } from '../../lib/internal/sources.ts'

t.test('a source is any iterable except text', async (t) => {
  const sources = [[], new Set(), (function* () {})(), new ReadableStream(), Readable.from([])]
  for (const source of sources) t.equal(isSource(source), true)
  for (const other of ['abc', {}, null, undefined, 7, () => []]) t.equal(isSource(other), false)
})

t.test('uses the async iterator of a source that has both', async (t) => {
  t.same(iterate([1]).next(), { done: false, value: 1 })
  const both = { ...[1], [Symbol.iterator]: () => [1].values(), async *[Symbol.asyncIterator]() {} }
  t.same(await iterate(both).next(), { done: true, value: undefined })
})

t.test('stops a source, whether it was started or not', async (t) => {
  const log: string[] = []
  const begun = (async function* () {
    try {
      yield 1
    } finally {
      log.push('stopped')
    }
  })()
  await begun.next()
  giveUp(begun, begun)
  const unread = Readable.from([1])
  giveUp(unread, iterate(unread))
  await turn()

  t.same(log, ['stopped'])
  t.equal(unread.destroyed, true)
})

t.test('errors of stopping a source are ignored', async (t) => {
  const failing = (fail: () => unknown): Iterable<number> => ({
    [Symbol.iterator]: () => ({ next: () => ({ done: true, value: 1 }), return: fail as never }),
  })
  const throwing = failing(() => {
    throw new Error('sync')
  })
  const rejecting = failing(() => Promise.reject(new Error('async')))

  t.doesNotThrow(() => giveUp(throwing, iterate(throwing)))
  t.doesNotThrow(() => giveUp(rejecting, iterate(rejecting)))
  t.doesNotThrow(() => giveUp([1], { next: () => ({ done: true, value: undefined }) }))
})

t.test('a source that was not started is closed by its own method', async (t) => {
  const log: string[] = []
  const web = new ReadableStream({
    cancel: () => {
      log.push('cancelled')
    },
  })
  const items = {
    next: () => Promise.resolve({ done: true, value: undefined }),
    return: () => Promise.resolve(log.push('returned')),
    [Symbol.asyncIterator]: () => items,
  }
  const later = Readable.from(['a'])
  for (const source of [web, items, Promise.resolve(later), Promise.reject(new Error('never'))]) {
    giveUp(source)
  }
  for (const other of [['a'], null, undefined, 'a', {}]) t.doesNotThrow(() => giveUp(other))
  await turn()

  t.same(log, ['cancelled', 'returned'])
  t.equal(later.destroyed, true)
})

t.test('a web stream is cancelled immediately, even during a read', async (t) => {
  let cancelled = false
  const web = new ReadableStream<string>({
    start: (controller) => controller.enqueue('a'),
    cancel: () => {
      cancelled = true
    },
  })
  const items = iterate(web) as AsyncIterator<string>
  t.same(await items.next(), { done: false, value: 'a' })
  const next = items.next()

  await giveUp(web, items)

  t.ok(cancelled)
  t.match(await next, { done: true })
  t.match(await items.next(), { done: true })
  t.match(await items.return?.(), { done: true })
})

t.test('a web stream that was read to its end yields nothing when it is read again', async (t) => {
  const web = new ReadableStream<string>({
    start: (controller) => {
      controller.enqueue('a')
      controller.close()
    },
  })
  const seen: string[] = []
  for (let round = 0; round < 2; round++) {
    const items = iterate(web)
    for (let item = await items.next(); !item.done; item = await items.next()) {
      seen.push(item.value)
    }
  }

  t.same(seen, ['a'])
})

t.test('a web stream that fails throws its error, and has ended', async (t) => {
  const web = new ReadableStream<string>({
    pull: () => Promise.reject(new Error('broken')),
  })
  const items = iterate(web) as AsyncIterator<string>

  await t.rejects(items.next(), { message: 'broken' })
  t.match(await items.next(), { done: true })
  t.equal(web.locked, false)
})

t.test('a locked web stream and a thenable that throws are released silently', async (t) => {
  const locked = new ReadableStream()
  locked.getReader()
  t.doesNotThrow(() => giveUp(locked))
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: this is what is tested
    then() {
      throw new Error('odd')
    },
  }
  t.doesNotThrow(() => giveUp(thenable))
  await turn()
})

t.test('a Node stream that fails does no harm, unread or released', async (t) => {
  const missing = (): Readable => createReadStream('/missing')
  const taken = take(missing())
  await new Promise<void>((resolve) => taken.once('close', resolve))
  t.match(taken.errored, { code: 'ENOENT' })
  await t.rejects(async () => {
    for await (const chunk of taken) t.fail(String(chunk))
  }, /ENOENT/)
  const unread = missing()
  giveUp(unread)
  giveUp(unread, iterate(unread))
  const begun = missing()
  const items = iterate(begun)
  await t.rejects(Promise.resolve(items.next()), /ENOENT/)
  giveUp(begun, items)
  await turn()
  t.equal(unread.destroyed, true)
})
