import t from 'tap'
import { LintError } from '../../../lib/testing/lint/faults.ts'
import {
  BOOLEAN,
  BYTES,
  checkKeys,
  FUNCTION,
  HEADERS,
  optional,
  RECORD,
  rule,
  STATUS,
  TEXT,
  TEXTS,
} from '../../../lib/testing/lint/keys.ts'

t.test('reports the first wrong key, and ends with advice', async (t) => {
  const check = (fields: Record<string, unknown>) => () =>
    checkKeys('the scope', fields, { path: TEXT, body: BYTES }, 'Look again.')

  t.throws(
    check({ path: 1, body: 2 }),
    new LintError('the scope: "path" must be text, 1 was given. Look again.'),
  )
  t.throws(
    check({ path: '', body: 'text' }),
    new LintError(
      'the scope: "body" must be a Uint8Array, "text" was given. Encode text with TextEncoder.',
    ),
  )
  t.doesNotThrow(check({ path: '', body: new Uint8Array(0), extra: Symbol('any') }))
})

t.test('undefined means absent, and null does not', async (t) => {
  t.equal(optional(TEXT)(undefined), undefined)
  t.equal(optional(TEXT)('x'), undefined)
  t.equal(optional(TEXT)(null), 'must be text, null was given')
  t.equal(TEXT(undefined), 'must be text, undefined was given')
})

t.test('has rules for each type of value', async (t) => {
  const cases: [string, (value: unknown) => string | undefined, unknown[], unknown[]][] = [
    ['BOOLEAN', BOOLEAN, [true, false], [0, 'true', undefined]],
    ['FUNCTION', FUNCTION, [() => {}], [{}, undefined]],
    ['RECORD', RECORD, [{}, Object.create(null)], [[], null, 'x']],
    ['BYTES', BYTES, [new Uint8Array(0), new TextEncoder().encode('é')], ['x', [1], null]],
    ['TEXTS', TEXTS, [[], ['a']], [['a', 1], 'a', null]],
    ['STATUS', STATUS, [200, 599], [199, 600, 101, 200.5, '200', Number.NaN, undefined]],
    ['rule', rule('one', (value) => value === 1), [1], [2]],
  ]

  for (const [name, rule, right, wrong] of cases) {
    for (const value of right) t.equal(rule(value), undefined, `${name} takes what it should`)
    for (const value of wrong) t.match(rule(value), /^must be .* was given/, name)
  }
})

t.test('a header list', async (t) => {
  const right = [
    [],
    ['x-a', '1', 'x-a', '2'],
    ["!#$%&'*+-.^_`|~0a", '\t tab, latin-1: \xe9\xff'],
    ['transfer-encoding', 'gzip', 'connection', 'close'],
    ['x-empty', ''],
  ]
  for (const list of right) t.equal(HEADERS(list), undefined, JSON.stringify(list))

  const wrong: [unknown, RegExp][] = [
    [undefined, /^must be a flat list .*, undefined was given/],
    [{ 'x-a': '1' }, /^must be a flat list .*, an object was given/],
    [new Map(), /^must be a flat list .*Map.* or headers\.list of a Headers object/],
    [[['x-a', '1']], /an array was given as a name.*without pairs/],
    [['x-a'], /odd number of entries, 1, so the last name, "x-a", has no value/],
    [['x-a', '1', 'x-b'], /odd number of entries, 3, so the last name, "x-b"/],
    [['X-A', '1'], /^must have lower-case names, "X-A" was given. Write "x-a"/],
    [['x a', '1'], /the name "x a", which no header may have/],
    [[':authority', 'a'], /the name ":authority", which no header may have/],
    [['', '1'], /the name "", which no header may have/],
    [['x-é', '1'], /which no header may have/],
    [[1, '1'], /1 was given as a name/],
    [['x-a', 1], /must have text as the value of "x-a", 1 was given. Write String/],
    [['x-a', undefined], /must have text as the value of "x-a", undefined was given/],
    [['x-a', 'a\r\nx-b: 1'], /forbidden character in the value of "x-a", "a\\r\\nx-b: 1"/],
    [['x-a', 'a\0'], /forbidden character in the value of "x-a"/],
    [['x-a', '☃'], /forbidden character in the value of "x-a", "☃" .* latin-1/],
    [['x-a', '1', 'x-b', '\x7f'], /forbidden character in the value of "x-b"/],
  ]
  for (const [value, fault] of wrong) t.match(HEADERS(value), fault)
})
