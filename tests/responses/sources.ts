import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { isSource, iterate, stop } from '../../lib/responses/sources.ts'

t.test('a source is what can be iterated, but no text', async (t) => {
  const sources = [[], new Set(), (function* () {})(), new ReadableStream(), Readable.from([])]
  for (const source of sources) t.equal(isSource(source), true)
  for (const other of ['abc', {}, null, undefined, 7, () => []]) t.equal(isSource(other), false)
})

t.test('iterates as the source does it, preferably without blocking', async (t) => {
  t.same(iterate([1]).next(), { done: false, value: 1 })
  const both = { ...[1], [Symbol.iterator]: () => [1].values(), async *[Symbol.asyncIterator]() {} }
  t.same(await iterate(both).next(), { done: true, value: undefined })
})

t.test('stops a source that was begun, and one that was not', async (t) => {
  const log: string[] = []
  const begun = (async function* () {
    try {
      yield 1
    } finally {
      log.push('stopped')
    }
  })()
  await begun.next()
  stop(begun, begun)
  const unread = Readable.from([1])
  stop(unread, iterate(unread))
  await turn()

  t.same(log, ['stopped'])
  t.equal(unread.destroyed, true)
})

t.test('errors of the stopping stay there', async (t) => {
  const failing = (fail: () => unknown): Iterable<number> => ({
    [Symbol.iterator]: () => ({ next: () => ({ done: true, value: 1 }), return: fail as never }),
  })
  const throwing = failing(() => {
    throw new Error('sync')
  })
  const rejecting = failing(() => Promise.reject(new Error('async')))

  t.doesNotThrow(() => stop(throwing, iterate(throwing)))
  t.doesNotThrow(() => stop(rejecting, iterate(rejecting)))
  t.doesNotThrow(() => stop([1], { next: () => ({ done: true, value: undefined }) }))
})
