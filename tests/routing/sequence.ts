import fc from 'fast-check'
import t from 'tap'
import { registerConvertor } from '../../lib/convertors.ts'
import { parsePath } from '../../lib/routing/path.ts'
import { matchSequence } from '../../lib/routing/sequence.ts'
import { assertLinear } from '../support/linear.ts'

registerConvertor('ymd', {
  pattern: /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
  convert: (text) => text,
  toText: String,
})

const match = (pattern: string, text: string): unknown[] | undefined =>
  matchSequence(parsePath(pattern, 'Host').tokens, text)

const UUID = '12345678-9abc-def0-1234-56789abcdef0'

const CASES: readonly (readonly [pattern: string, text: string, values: string[] | undefined])[] = [
  ['', '', []],
  ['', 'a', undefined],
  ['a', 'a', []],
  ['a', 'ab', undefined],
  ['{a}-{b}', 'x-y', ['x', 'y']],
  ['{a}-{b}', '-', undefined],
  ['{a}-{b}', 'x-', undefined],
  // The left takes as much as it can.
  ['{a}-{b}', 'x-y-z', ['x-y', 'z']],
  ['{x}{y}', 'abc', ['ab', 'c']],
  ['{x}{y}', 'a', undefined],
  ['{a}--{b}', 'x---y', ['x-', 'y']],
  // RT-10, RT-14: only a path crosses slashes, and only it may be empty.
  ['{a}-{b}', 'x/y-z', undefined],
  ['{p:path}/end', '/end', ['']],
  ['{p:path}/end', 'a/end/end', ['a/end']],
  ['{p:path}/{q:path}', 'a/b/c', ['a/b', 'c']],
  ['{p:path}x', 'a\nx', undefined],
  // RT-12
  ['{a:float}-{b}', '1.5-x', ['1.5', 'x']],
  ['{a:float}.{b}', '1.5.txt', ['1.5', 'txt']],
  ['{a:float}.{b}', '1..txt', ['1', '.txt']],
  ['{a:float}.{b}', '1.5', ['1', '5']],
  ['{a:float}{b:float}', '1.25', ['1.2', '5']],
  ['{a:float}', '1.', undefined],
  ['{a:float}', '.5', undefined],
  ['{a:int}{b:int}', '123', ['12', '3']],
  // RT-13: dashes in a UUID are not those around it.
  ['{a:uuid}-{b}', `${UUID}-a-b`, [UUID, 'a-b']],
  ['{a}-{b:uuid}', `hello-world-${UUID}`, ['hello-world', UUID]],
  ['{a:uuid}{b}', `${UUID.replaceAll('-', '')}0`, [UUID.replaceAll('-', ''), '0']],
  ['{a:uuid}-{b}', `${UUID.slice(1)}-a`, undefined],
  ['{a}-{b:ymd}', 'a-title-2024-01-02', ['a-title', '2024-01-02']],
  ['{a:ymd}-{b}', '2024-01-02-a-title', ['2024-01-02', 'a-title']],
  ['{a}-{b:ymd}', '2024-01-02', undefined],
  ['{a:ymd}{b:ymd}', '2024-01-022024-01-03', ['2024-01-02', '2024-01-03']],
]

for (const [pattern, text, values] of CASES) {
  const outcome = values === undefined ? 'does not fit' : 'fits'
  t.test(`${pattern || 'nothing'} ${outcome} ${JSON.stringify(text)}`, async (t) => {
    t.same(match(pattern, text), values)
  })
}

t.test('splits a matching text into parts that make it up again', async (t) => {
  const kinds = fc.constantFrom('{k:int}', '{k:float}', '{k}', '{k:path}', '-', '.', '1')
  fc.assert(
    fc.property(
      fc.array(kinds, { maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('1', '2', '-', '.', 'a') }),
      (pieces, text) => {
        let count = 0
        const pattern = pieces.map((piece) => piece.replace('k', () => `k${count++}`)).join('')
        const values = match(pattern, text)
        if (values === undefined) return
        let index = 0
        t.equal(
          pattern.replace(/\{\w+(:\w+)?\}/g, () => String(values[index++])),
          text,
        )
      },
    ),
    { numRuns: 500 },
  )
})

// Advisory 30: an expression such as /^([^/]+)-([^/]+)-([^/]+)$/ takes minutes for this.
t.test('reads the text once per token', async (t) => {
  const { tokens } = parsePath('{a}-{b}-{c}.', 'Host')

  assertLinear(
    t,
    (size) => '-'.repeat(size - 1).concat('.'),
    (text) => matchSequence(tokens, text),
  )
})
