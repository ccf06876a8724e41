import t from 'tap'
import { Entries } from '../../lib/stores/entries.ts'

const never = Number.POSITIVE_INFINITY

t.test('the least recently used entry is deleted when there are too many', async (t) => {
  const entries = new Entries<number>(2)
  entries.put('a', 1, never)
  entries.put('b', 2, never)

  entries.use('a')
  entries.put('c', 3, never)

  t.same(
    ['a', 'b', 'c'].map((key) => entries.use(key)?.value),
    [1, undefined, 3],
  )
})

t.test('also when they are too large together', async (t) => {
  const entries = new Entries<string>(100, 10)
  entries.put('a', 'first', never, 5)
  entries.put('a', 'second', never, 6)
  entries.put('b', 'third', never, 4)
  t.equal(entries.use('a')?.value, 'second', 'what was replaced counts no more')

  entries.put('c', 'fourth', never, 1)

  t.equal(entries.use('b'), undefined)
  t.equal(entries.use('a')?.value, 'second')
  entries.delete('a')
  entries.delete('nothing')
  entries.put('d', 'fifth', never, 9)
  t.equal(entries.use('c')?.value, 'fourth', 'nor does what was removed')
})

t.test('expired entries are missing, and make room', async (t) => {
  const entries = new Entries<string>(3)
  t.intercept(Date, 'now', { value: () => 0 })
  entries.put('kept', 'kept', never)
  entries.put('old', 'old', 1000)
  entries.put('older', 'older', 500)

  t.intercept(Date, 'now', { value: () => 1000 })
  t.equal(entries.use('old'), undefined)
  entries.put('new', 'new', never)
  entries.put('newer', 'newer', never)

  t.same(
    ['kept', 'new', 'newer'].map((key) => entries.use(key)?.value),
    ['kept', 'new', 'newer'],
  )
})

t.test('the lifetime of an entry can be extended', async (t) => {
  const entries = new Entries<string>(1)
  t.intercept(Date, 'now', { value: () => 0 })
  entries.put('a', 'value', 1000)

  const entry = entries.use('a')
  if (entry !== undefined) entry.expires = 3000
  t.intercept(Date, 'now', { value: () => 2000 })

  t.equal(entries.use('a')?.value, 'value')
})
