import t from 'tap'
import { encodeText } from '../../lib/internal/bytes.ts'
import { memoryStore } from '../../lib/stores/memory.ts'
import { stands } from '../support/stores.ts'

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7)

t.test('behaves as a store', async (t) => stands(t, memoryStore()))

t.test('the least recently used entry is deleted first', async (t) => {
  const store = memoryStore({ maxEntries: 3 })
  for (const key of ['a', 'b', 'c']) await store.set(key, bytes(1), 60)

  await store.get('a')
  await store.touch('b', 60)
  await store.set('d', bytes(1), 60)

  t.equal(await store.get('c'), undefined)
  for (const key of ['a', 'b', 'd']) t.same(await store.get(key), bytes(1), key)
})

t.test('the bytes of all keys and values are limited', async (t) => {
  const store = memoryStore({ maxSize: 30 })
  await store.set('a', bytes(8), 60)
  await store.set('b', bytes(8), 60)
  await store.set('c', bytes(8), 60)
  t.same(await store.get('a'), bytes(8), 'three of ten bytes fit')

  await store.set('a', bytes(9), 60)

  t.same(await store.get('a'), bytes(9))
  t.equal(await store.get('b'), undefined)
  t.same(await store.get('c'), bytes(8))
  await t.rejects(store.set('d', bytes(29), 60), {
    name: 'RangeError',
    message:
      'memoryStore: a key and its value must have at most 30 bytes, 31 were given. Raise maxSize.',
  })
  t.same(await store.get('c'), bytes(8), 'and nothing went for it')
})

t.test('expired entries are deleted without access', async (t) => {
  t.intercept(Date, 'now', { value: () => 0 })
  const store = memoryStore({ maxEntries: 20 })
  await store.set('kept', bytes(1), 3600)
  for (let count = 0; count < 10; count++) await store.set(`old ${count}`, bytes(1), 1)

  t.intercept(Date, 'now', { value: () => 1000 })
  // Each write sweeps two: fifteen are enough for all, though thirty entries would not fit.
  for (let count = 0; count < 15; count++) await store.set(`new ${count}`, bytes(1), 60)

  t.same(await store.get('kept'), bytes(1), 'so the oldest was not forgotten')
  for (let count = 0; count < 15; count++) t.same(await store.get(`new ${count}`), bytes(1))
})

t.test('a value is not changed after it was set', async (t) => {
  const store = memoryStore()
  const value = encodeText('abc')
  await store.set('a', value, 60)

  value[0] = 0

  t.same(await store.get('a'), encodeText('abc'))
})

t.test('invalid limits throw immediately', async (t) => {
  for (const limit of [0, -1, Number.NaN]) {
    t.throws(() => memoryStore({ maxEntries: limit }), {
      name: 'RangeError',
      message: `memoryStore: maxEntries must be a number greater than 0, ${limit} was given. Use Infinity for no limit.`,
    })
    t.throws(
      () => memoryStore({ maxSize: limit }),
      /^memoryStore: maxSize must be a number greater than 0/,
    )
  }
  const store = memoryStore({ maxEntries: Number.POSITIVE_INFINITY })
  await store.set('a', bytes(1), Number.POSITIVE_INFINITY)
  t.same(await store.get('a'), bytes(1))
})
