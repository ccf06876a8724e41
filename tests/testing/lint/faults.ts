import t from 'tap'
import { describe, isObject, LintError } from '../../../lib/testing/lint/faults.ts'

t.test('a fault is an error that begins with "lint: "', async (t) => {
  const error = new LintError('the app resolved.')

  t.ok(error instanceof Error)
  t.equal(error.name, 'LintError')
  t.equal(error.message, 'lint: the app resolved.')
})

t.test('describes values in a sentence', async (t) => {
  const cases: [unknown, string][] = [
    ['text', '"text"'],
    ['a\r\nb', '"a\\r\\nb"'],
    ['x'.repeat(70), `"${'x'.repeat(60)}…"`],
    [undefined, 'undefined'],
    [null, 'null'],
    [7.5, '7.5'],
    [true, 'true'],
    [() => {}, 'a function'],
    [[], 'an array'],
    [{}, 'an object'],
    [new Uint8Array(1), 'an object (Uint8Array)'],
    [new Map(), 'an object (Map)'],
    [Object.create(null), 'an object'],
  ]

  for (const [value, words] of cases) t.equal(describe(value), words)
})

t.test('recognizes objects', async (t) => {
  t.ok(isObject({}))
  t.ok(isObject([]))
  t.notOk(isObject(null))
  t.notOk(isObject('text'))
})
