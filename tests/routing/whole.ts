import t from 'tap'
import { matchWhole } from '../../lib/routing/sequence.ts'
import { entryOf } from '../support/entries.ts'

t.test('returns the converted values, and the end as the rest', async (t) => {
  t.same(matchWhole(entryOf('/{a:int}-{b}'), '/1-x'), { values: [1, 'x'], rest: 4 })
  t.equal(matchWhole(entryOf('/{a:int}-{b}'), '/x-1'), undefined)
})

t.test('does not match when a value cannot be converted', async (t) => {
  t.equal(matchWhole(entryOf('/{a:int}-{b}'), '/99999999999999999999-x'), undefined)
})

t.test('matches paths with optional parameters and wildcards by their pattern', async (t) => {
  t.same(matchWhole(entryOf('/a/:b?'), '/a'), { values: [undefined], rest: 2 })
  t.same(matchWhole(entryOf('/a/:b?'), '/a/x'), { values: ['x'], rest: 4 })
  t.same(matchWhole(entryOf('/a/*'), '/a/x/y'), { values: ['x/y'], rest: 6 })
  t.equal(matchWhole(entryOf('/a/*'), '/a/\n'), undefined)
  t.equal(matchWhole(entryOf('/a/:b?'), '/b'), undefined)
})

t.test('reports where the rest for a mount begins', async (t) => {
  const mount = entryOf('/{a}-{b}', { prefix: true })

  t.same(matchWhole(mount, '/x-y/z'), { values: ['x', 'y'], rest: 4 })
  t.same(matchWhole(mount, '/x-y/'), { values: ['x', 'y'], rest: 4 })
  t.same(matchWhole(mount, '/x-y/\n/z'), { values: ['x', 'y'], rest: 4 })
  t.equal(matchWhole(mount, '/x-y'), undefined)
})
