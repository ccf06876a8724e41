import t from 'tap'
import { toYAML } from '../../lib/cli/yaml.ts'

t.test('writes nested lists and objects', async (t) => {
  const value = { a: [{ b: 1, c: [] }, [2, 3]], d: {}, e: undefined, 'f g': { h: null } }
  t.equal(toYAML(value), 'a:\n  - b: 1\n    c: []\n  - - 2\n    - 3\nd: {}\nf g:\n  h: null\n')
})

t.test('quotes texts that would be read as something else', async (t) => {
  for (const plain of ['abc', 'application/json', 'two words', 'GetUser', '/users']) {
    t.equal(toYAML(plain), `${plain}\n`)
  }
  for (const quoted of [
    '',
    'on',
    'No',
    'null',
    '1.0',
    '-',
    'a: b',
    'a #b',
    ' a',
    'a ',
    '"',
    'é',
    'a\nb',
    '~',
    '*a',
    '@a',
    '{',
    '0x1',
    '2026-01-01',
    'y',
  ]) {
    t.equal(toYAML(quoted), `${JSON.stringify(quoted)}\n`)
  }
  t.equal(toYAML({ '200': 1, on: 2 }), '"200": 1\n"on": 2\n')
})
