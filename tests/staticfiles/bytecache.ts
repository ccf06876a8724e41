import fc from 'fast-check'
import t from 'tap'
import { Shelf } from '../../lib/staticfiles/lru.ts'

t.test('keeps values while there is room', async (t) => {
  const shelf = new Shelf<string>(10)
  shelf.set('a', 'A', 4)
  shelf.set('b', 'B', 6)

  t.equal(shelf.get('a'), 'A')
  t.equal(shelf.get('b'), 'B')
  t.equal(shelf.get('c'), undefined)
  t.equal(shelf.bytes, 10)
})

t.test('the least recently used value is deleted first', async (t) => {
  const shelf = new Shelf<string>(10)
  shelf.set('a', 'A', 4)
  shelf.set('b', 'B', 4)
  shelf.get('a')
  shelf.set('c', 'C', 4)

  t.equal(shelf.get('b'), undefined)
  t.equal(shelf.get('a'), 'A')
  t.equal(shelf.get('c'), 'C')
})

t.test('a new value replaces the old one', async (t) => {
  const shelf = new Shelf<string>(10)
  shelf.set('a', 'A', 4)
  shelf.set('a', 'B', 5)

  t.equal(shelf.get('a'), 'B')
  t.equal(shelf.bytes, 5)
})

t.test('a value over the limit is not cached, and the old one is deleted', async (t) => {
  const shelf = new Shelf<string>(10)
  shelf.set('a', 'A', 4)
  shelf.set('b', 'B', 4)
  shelf.set('a', 'large', 11)

  t.equal(shelf.get('a'), undefined)
  t.equal(shelf.get('b'), 'B')
  t.equal(shelf.bytes, 4)
})

t.test('with a limit of 0 nothing is kept', async (t) => {
  const shelf = new Shelf<string>(0)
  shelf.set('a', 'A', 1)

  t.equal(shelf.get('a'), undefined)
  t.equal(shelf.bytes, 0)
})

t.test('deletes the given key only', async (t) => {
  const shelf = new Shelf<string>(10)
  shelf.set('a', 'A', 4)
  shelf.delete('b')
  shelf.delete('a')
  shelf.delete('a')

  t.equal(shelf.get('a'), undefined)
  t.equal(shelf.bytes, 0)
})

t.test('never exceeds its limit, and always keeps the most recently used value', async (t) => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.tuple(key, fc.nat({ max: 12 }))
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const shelf = new Shelf<number>(20)
      const isKept = steps.every(([name, bytes]) => {
        shelf.set(name, bytes, bytes)
        return shelf.get(name) === bytes && shelf.bytes <= 20
      })
      const kept = ['a', 'b', 'c', 'd', 'e'].map((name) => shelf.get(name) ?? 0)
      return isKept && shelf.bytes === kept.reduce((sum, bytes) => sum + bytes, 0)
    }),
  )
  t.pass('for all steps')
})
