import t from 'tap'
import { check, checkRange, shown } from '../../lib/internal/checks.ts'

t.test('an argument that is valid passes', async (t) => {
  check('here', true, 'it must be text', 'x', 'Correct it')
  checkRange('here', true, 'it must be positive', 1, 'Correct it')
  t.pass()
})

t.test('the error shows the place, the fault, the value and the remedy', async (t) => {
  t.throws(() => check('here', false, 'it must be text', undefined, 'Pass some'), {
    constructor: TypeError,
    message: 'here: it must be text, undefined was given. Pass some.',
  })
  t.throws(() => checkRange('here', false, 'it must be positive', -1, 'Pass 1'), {
    constructor: RangeError,
    message: 'here: it must be positive, -1 was given. Pass 1.',
  })
})

t.test('values are shown in a short form', async (t) => {
  class Empty {}
  const shownAs: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [12n, '12n'],
    [Symbol('s'), 'Symbol(s)'],
    ['a "b"\n', String.raw`"a \"b\"\n"`],
    ['x'.repeat(200), `"${'x'.repeat(100)}…"`],
    [() => {}, 'a function'],
    [{ password: 'secret' }, 'an object'],
    [Object.create(null), 'an object'],
    [{ constructor: 5 }, 'an object'],
    [new Empty(), 'an object (Empty)'],
    [new globalThis.Response(), 'a fetch Response'],
    [[], '[]'],
    [[1, [2], 'x'], '[1, a list, "x"]'],
    [Array.from({ length: 11 }, (_, index) => index), '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …]'],
  ]
  for (const [value, text] of shownAs) t.equal(shown(value), text)
})
