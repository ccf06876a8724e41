// What every store has to do, whatever keeps it.
import type { Test } from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import { namespace, type Store } from '../../lib/stores.ts'
import { until } from './channels.ts'

/** Seconds after which an entry is gone. */
const SHORT = 0.5

/** Tries again what took so long that an entry may have expired meanwhile: a busy machine shows nothing then. */
async function inTime<Value>(attempt: () => Promise<Value>): Promise<Value> {
  for (;;) {
    const start = performance.now()
    const value = await attempt()
    if (performance.now() - start < SHORT * 1000) return value
  }
}

export async function stands(t: Test, store: Store): Promise<void> {
  await t.test('returns bytes unchanged', async (t) => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    await store.set('bytes', all, 60)
    await store.set('none', new Uint8Array(0), 60)

    t.same(new Uint8Array((await store.get('bytes')) ?? []), all)
    t.equal((await store.get('none'))?.byteLength, 0)
    t.equal(await store.get('missing'), undefined)
  })

  // Advisory row 43: keys that look alike, or that a normal form makes equal.
  await t.test('keys are compared exactly', async (t) => {
    const keys = ['k-', 'k45', 'K', '\u212a', 'é', 'e\u0301', '', ' ', 'a\r\nb', '\0', '../a', '💫']
    for (const [index, key] of keys.entries()) await store.set(key, Uint8Array.of(index), 60)

    for (const [index, key] of keys.entries()) {
      t.equal((await store.get(key))?.[0], index, JSON.stringify(key))
    }
  })

  await t.test('deletes', async (t) => {
    await store.set('a', encodeText('1'), 60)

    await store.delete('a')
    await store.delete('a')

    t.equal(await store.get('a'), undefined)
  })

  await t.test('entries expire', async (t) => {
    const isRenewed = async (key: string, seconds: number): Promise<boolean> => {
      await store.set(key, encodeText('1'), SHORT)
      return store.touch(key, seconds)
    }
    const counted = async (): Promise<number> => {
      await store.delete('counter')
      await store.increment('counter', 1, { ttl: SHORT })
      return store.increment('counter', 1, { ttl: 60 })
    }

    t.equal(await inTime(() => isRenewed('renewed', 60)), true)
    t.equal(await inTime(() => isRenewed('endless', Number.POSITIVE_INFINITY)), true)
    await store.set('replaced', encodeText('1'), SHORT)
    await store.set('replaced', encodeText('2'), Number.POSITIVE_INFINITY)
    t.equal(await inTime(counted), 2)
    await store.set('short', encodeText('1'), SHORT)
    await until(async () => (await store.get('short')) === undefined)

    t.equal(await store.touch('short', 60), false)
    t.same(new Uint8Array((await store.get('renewed')) ?? []), encodeText('1'))
    t.same(new Uint8Array((await store.get('replaced')) ?? []), encodeText('2'))
    t.same(new Uint8Array((await store.get('endless')) ?? []), encodeText('1'))
    t.equal(await store.increment('counter', 1, { ttl: 60 }), 1, 'from its first increment on')
  })

  await t.test('setIfAbsent() sets a key once', async (t) => {
    t.equal(await store.setIfAbsent('first', encodeText('1'), 60), true)
    t.equal(await store.setIfAbsent('first', encodeText('2'), 60), false)
    t.same(new Uint8Array((await store.get('first')) ?? []), encodeText('1'))

    const winners = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        store.setIfAbsent('race', Uint8Array.of(index), Number.POSITIVE_INFINITY),
      ),
    )
    t.equal(winners.filter((isSet) => isSet).length, 1)
    t.equal((await store.get('race'))?.[0], winners.indexOf(true))

    await store.set('gone', encodeText('1'), 0.05)
    await until(() => store.setIfAbsent('gone', encodeText('2'), 60))
    t.same(new Uint8Array((await store.get('gone')) ?? []), encodeText('2'))
  })

  await t.test('returns the remaining lifetime of a value', async (t) => {
    await store.set('minute', encodeText('1'), 60)
    await store.set('ever', encodeText('1'), Number.POSITIVE_INFINITY)

    const left = (await store.ttl('minute')) ?? 0
    t.ok(left > 50 && left <= 60.001, String(left))
    t.equal(await store.ttl('ever'), Number.POSITIVE_INFINITY)
    t.equal(await store.ttl('never set'), undefined)
    await store.touch('ever', 30)
    t.ok(((await store.ttl('ever')) ?? 99) <= 30.001)
    await store.increment('counted', 1, { ttl: 20 })
    t.ok(((await store.ttl('counted')) ?? 99) <= 20.001)
  })

  await t.test('clears all keys with a prefix', async (t) => {
    const keys = ['p*:1', 'p*:2', 'p*', 'px:1', 'P*:1', 'q']
    for (const key of keys) await store.set(key, encodeText('1'), 60)

    await store.clear('p*')

    const left = await Promise.all(keys.map((key) => store.get(key)))
    t.same(
      left.map((value) => value !== undefined),
      [false, false, false, true, true, true],
    )
    await namespace(store, 'px').clear()
    t.equal(await store.get('px:1'), undefined)
    t.ok(await store.get('q'))
  })

  await t.test('increments counters', async (t) => {
    t.equal(await store.increment('count', 5, { ttl: 60 }), 5)
    t.equal(await store.increment('count', -2, { ttl: 60 }), 3)
    t.equal(await store.increment('count', 2, { ttl: 60, max: 5 }), 5)
    t.equal(await store.increment('count', 1, { ttl: 60, max: 5 }), 6, 'what it would have been')
    t.equal(await store.increment('count', 0, { ttl: 60, max: 0 }), 5, 'which was not kept')
    t.equal(await store.increment('fresh', 2, { ttl: 60, max: 1 }), 2)
    t.equal(await store.get('fresh'), undefined)
    t.equal(await store.increment('endless count', 1, { ttl: Number.POSITIVE_INFINITY }), 1)
    t.same(new Uint8Array((await store.get('count')) ?? []), encodeText('5'))
  })

  await t.test('operations are atomic', async (t) => {
    const sums = await Promise.all(
      Array.from({ length: 100 }, () => store.increment('many', 1, { ttl: 60, max: 40 })),
    )

    t.equal(sums.filter((sum) => sum <= 40).length, 40)
    t.same(new Uint8Array((await store.get('many')) ?? []), encodeText('40'))
  })

  await t.test('refuses invalid values', async (t) => {
    await store.set('text', encodeText('x'), 60)

    await t.rejects(
      store.set('a', encodeText('x'), 0),
      /a time to live must be a number of seconds/,
    )
    await t.rejects(store.touch('a', Number.NaN), /a time to live must be a number of seconds/)
    await t.rejects(
      store.increment('a', 1, { ttl: -1 }),
      /a time to live must be a number of seconds/,
    )
    await t.rejects(
      store.setIfAbsent('a', encodeText('x'), -1),
      /a time to live must be a number of seconds/,
    )
    await t.rejects(store.increment('a', 0.5, { ttl: 1 }), /an amount must be an integer/)
    await t.rejects(store.increment('text', 1, { ttl: 1 }), {
      name: 'TypeError',
      message:
        'store: only counters can be incremented, "text" has another value. Use another key.',
    })
  })
}
