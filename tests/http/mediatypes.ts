import t from 'tap'
import { parseMediaType } from '../../lib/http/mediatypes.ts'
import { assertLinear } from '../support/linear.ts'

const READ: [field: string, type: string, params: Record<string, string>][] = [
  ['text/html', 'text/html', {}],
  ['', '', {}],
  [' Text/HTML ; Charset=UTF-8', 'text/html', { charset: 'UTF-8' }],
  ['a/b;', 'a/b', {}],
  ['a/b;; c=d ;', 'a/b', { c: 'd' }],
  ['a/b; c=', 'a/b', { c: '' }],
  ['a/b; c=d e; f=g', 'a/b', { c: 'd e', f: 'g' }],
  ['a/b; c="d;e=f, g"', 'a/b', { c: 'd;e=f, g' }],
  ['a/b; c="d \\"e\\" \\\\ f"', 'a/b', { c: 'd "e" \\ f' }],
  ['a/b; c="C:\\new\\file"', 'a/b', { c: 'C:\\new\\file' }],
  ['a/b; c=""', 'a/b', { c: '' }],
  ['a/b; __proto__=c', 'a/b', { ['__proto__']: 'c' }],
]

t.test('parses a value and its parameters', async (t) => {
  for (const [field, type, params] of READ) {
    const media = parseMediaType(field)

    t.equal(media.type, type, field)
    t.same([...(media.params ?? [['none', '']])], Object.entries(params), field)
  }
})

const UNREADABLE = [
  'a/b; c',
  'a/b; =c',
  'a/b; c=d; c=e',
  'a/b; c=d; C=e',
  'a/b; c="d',
  'a/b; c="d"e',
  'a/b; c=d"e"',
  'a/b; c=d, e/f',
  'a/b; c="d\\"',
]

t.test('ambiguous parameters give null', async (t) => {
  for (const field of UNREADABLE) {
    t.same(parseMediaType(field), { type: 'a/b', params: null }, field)
  }
})

t.test('takes linear time', async (t) => {
  for (const worst of ['a', ' ', ';', '; ', '="', '\\"', ';a=', '; a="\\', ';="']) {
    assertLinear(
      t,
      (size) => `a/b;${worst.repeat(size / worst.length)}`,
      (field) => void parseMediaType(field),
    )
  }
})
