import fc from 'fast-check'
import t from 'tap'
import { ByteCache } from '../../lib/staticfiles/bytecache.ts'

t.test('keeps values while there is room', async (t) => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'A', 4)
  cache.set('b', 'B', 6)

  t.equal(cache.get('a'), 'A')
  t.equal(cache.get('b'), 'B')
  t.equal(cache.get('c'), undefined)
  t.equal(cache.bytes, 10)
})

t.test('the least recently used value is deleted first', async (t) => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'A', 4)
  cache.set('b', 'B', 4)
  cache.get('a')
  cache.set('c', 'C', 4)

  t.equal(cache.get('b'), undefined)
  t.equal(cache.get('a'), 'A')
  t.equal(cache.get('c'), 'C')
})

t.test('a new value replaces the old one', async (t) => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'A', 4)
  cache.set('a', 'B', 5)

  t.equal(cache.get('a'), 'B')
  t.equal(cache.bytes, 5)
})

t.test('a value over the limit is not cached, and the old one is deleted', async (t) => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'A', 4)
  cache.set('b', 'B', 4)
  cache.set('a', 'large', 11)

  t.equal(cache.get('a'), undefined)
  t.equal(cache.get('b'), 'B')
  t.equal(cache.bytes, 4)
})

t.test('with a limit of 0 nothing is kept', async (t) => {
  const cache = new ByteCache<string>(0)
  cache.set('a', 'A', 1)

  t.equal(cache.get('a'), undefined)
  t.equal(cache.bytes, 0)
})

t.test('deletes the given key only', async (t) => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'A', 4)
  cache.delete('b')
  cache.delete('a')
  cache.delete('a')

  t.equal(cache.get('a'), undefined)
  t.equal(cache.bytes, 0)
})

t.test('never exceeds its limit, and always keeps the most recently used value', async (t) => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.tuple(key, fc.nat({ max: 12 }))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const cache = new ByteCache<number>(20)
      const isKept = steps.every(([name, bytes]) => {
        cache.set(name, bytes, bytes)
        return cache.get(name) === bytes && cache.bytes <= 20
      })
      const kept = ['a', 'b', 'c', 'd', 'e'].map((name) => cache.get(name) ?? 0)
      return isKept && cache.bytes === kept.reduce((sum, bytes) => sum + bytes, 0)
    }),
  )
  t.pass('for all steps')
})
