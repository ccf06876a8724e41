import t from 'tap'
import { Uncacheable } from '../../../lib/middleware/cacheresponse/uncacheable.ts'

t.test('an uncacheable resource is remembered for one to two minutes', async (t) => {
  let now = 0
  t.intercept(Date, 'now', { value: () => now })
  const keys = new Uncacheable()
  keys.add('a')
  now = 61_000
  t.equal(keys.has('a'), true)
  keys.add('b')
  now = 122_001
  t.equal(keys.has('a'), false, 'two minutes are over')
  t.equal(keys.has('b'), true)
  now = 600_000
  t.equal(keys.has('b'), false, 'no request came for a long time')
})

t.test('many new ones replace the oldest', async (t) => {
  const keys = new Uncacheable()
  keys.add('first')
  for (let index = 0; index < 10_000; index++) keys.add(String(index))
  t.equal(keys.has('first'), false)
  t.equal(keys.has('9999'), true)
  keys.delete('9999')
  t.equal(keys.has('9999'), false)
})
