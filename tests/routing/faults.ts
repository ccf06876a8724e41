import t from 'tap'
import { fail } from '../../lib/routing/tokens.ts'

t.test('shows the place, the fault, the path and the remedy, and marks the place', async (t) => {
  t.throws(
    () => fail('Route', '/a/{b', 3, 'a stray brace', 'Write {name}.', 2),
    new TypeError('Route: a stray brace, in "/a/{b". Write {name}.\n\n  /a/{b\n     ^^'),
  )
})

t.test('marks one character by default, and never before the path', async (t) => {
  t.throws(() => fail('Host', 'x', -1, 'a', 'b'), { message: /\n {2}x\n {2}\^$/ })
})
