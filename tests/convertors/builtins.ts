import fc from 'fast-check'
import t from 'tap'
import { builtInConvertors, refuse } from '../../lib/convertors/builtins.ts'
import type { Convertor } from '../../lib/convertors/types.ts'
import { assertLinear } from '../support/linear.ts'
import { anyText } from '../support/texts.ts'

const named = Object.fromEntries(builtInConvertors.map((convertor) => [convertor.name, convertor]))

function convertor(name: string): Convertor {
  const found = named[name]
  if (found === undefined) throw new Error(`no convertor ${name}`)
  return found
}

const UUID = 'ec38df32-ceda-4cfa-9b4a-1aeb94ad551a'

// un-convertor-025 to 027; undefined means that the path does not match.
const readings: [name: string, text: string, value: unknown][] = [
  ['str', 'abc', 'abc'],
  ['str', ' ', ' '],
  ['str', '..', '..'],
  ['str', 'a\nb', 'a\nb'],
  ['str', '', undefined],
  ['str', 'a/b', undefined],
  ['path', '', ''],
  ['path', 'a/b//', 'a/b//'],
  ['path', '/', '/'],
  ['path', 'a\nb', undefined],
  ['int', '0', 0],
  ['int', '007', 7],
  ['int', '9007199254740991', 9_007_199_254_740_991],
  ['int', '9007199254740992', undefined],
  ['int', '', undefined],
  ['int', '-1', undefined],
  ['int', '+1', undefined],
  ['int', '1.0', undefined],
  ['int', '1e3', undefined],
  ['int', '0x10', undefined],
  ['int', ' 1', undefined],
  ['int', '1\n', undefined],
  ['int', '١', undefined],
  ['float', '25.50', 25.5],
  ['float', '3', 3],
  ['float', '007.5', 7.5],
  ['float', '0.1', 0.1],
  ['float', '.5', undefined],
  ['float', '5.', undefined],
  ['float', '1.2.3', undefined],
  ['float', '-1', undefined],
  ['float', '1e3', undefined],
  ['float', 'Infinity', undefined],
  ['float', 'NaN', undefined],
  ['float', '', undefined],
  ['float', '9'.repeat(400), undefined],
  ['uuid', UUID, UUID],
  ['uuid', 'EC38DF32CEDA4CFA9B4A1AEB94AD551A', UUID],
  ['uuid', 'ec38df32ceda-4cfa9b4a-1aeb94ad551a', UUID],
  ['uuid', `${UUID}0`, undefined],
  ['uuid', UUID.slice(1), undefined],
  ['uuid', UUID.replace('e', 'g'), undefined],
  ['uuid', `{${UUID}}`, undefined],
  ['uuid', '', undefined],
]

for (const [name, text, value] of readings) {
  const shown = JSON.stringify(text.length > 50 ? `${text.slice(0, 5)}…` : text)
  t.test(`${name} reads ${shown} as ${JSON.stringify(value) ?? 'no match'}`, (t) => {
    t.equal(convertor(name).parse(text), value)
    t.end()
  })
}

// un-convertor-001 to 024; where a float is written, the shortest text stands for Python's 20 digits.
const writings: [name: string, value: unknown, text: string][] = [
  ['str', 'abc', 'abc'],
  ['str', 'a b?', 'a b?'],
  ['str', 7, '7'],
  ['str', 7n, '7'],
  ['path', '', ''],
  ['path', 'a/b', 'a/b'],
  ['path', 7, '7'],
  ['int', 5, '5'],
  ['int', 0, '0'],
  ['int', -0, '0'],
  ['int', '5', '5'],
  ['int', '007', '7'],
  ['int', 12n, '12'],
  ['int', Number.MAX_SAFE_INTEGER, '9007199254740991'],
  ['float', 0, '0'],
  ['float', 0.1, '0.1'],
  ['float', 25.5, '25.5'],
  ['float', '25.50', '25.5'],
  ['float', 1e21, '1000000000000000000000'],
  ['float', 1.5e-7, '0.00000015'],
  ['float', 1e-7, '0.0000001'],
  ['float', 3n, '3'],
  ['uuid', UUID, UUID],
  ['uuid', UUID.toUpperCase(), UUID],
  ['uuid', UUID.replaceAll('-', ''), UUID],
]

for (const [name, value, text] of writings) {
  t.test(`${name} writes ${typeof value} ${value} as ${JSON.stringify(text)}`, (t) => {
    t.equal(convertor(name).toText(value), text)
    t.end()
  })
}

const refusals: [name: string, value: unknown, wanted: string, shown: string][] = [
  ['str', '', 'a text without "/", not empty', '""'],
  ['str', 'a/b', 'a text without "/", not empty', '"a/b"'],
  ['str', undefined, 'a text', 'undefined'],
  ['str', null, 'a text', 'null'],
  ['str', true, 'a text', 'true'],
  ['str', Object.create(null), 'a text', 'an object'],
  ['str', Symbol('x'), 'a text', 'Symbol(x)'],
  ['path', ['a', 'b'], 'a text', '["a", "b"]'],
  ['path', 'a\nb', 'a text without line feeds', '"a\\nb"'],
  ['int', -1, 'a number that is not negative', '-1'],
  ['int', '-1', 'a number that is not negative', '"-1"'],
  ['int', 'x', 'a number that is not negative', '"x"'],
  ['int', '', 'a number that is not negative', '""'],
  ['int', ' ', 'a number that is not negative', '" "'],
  ['int', -1n, 'a number that is not negative', '-1n'],
  ['int', Number.NaN, 'a number that is not negative', 'NaN'],
  ['int', Number.POSITIVE_INFINITY, 'a number that is not negative', 'Infinity'],
  ['int', null, 'a number that is not negative', 'null'],
  ['int', new Date(0), 'a number that is not negative', 'an object (Date)'],
  ['int', 1.5, 'an integer from 0 to 2 ** 53 - 1', '1.5'],
  ['int', 2 ** 53, 'an integer from 0 to 2 ** 53 - 1', '9007199254740992'],
  ['int', 2n ** 53n, 'an integer from 0 to 2 ** 53 - 1', '9007199254740992n'],
  ['float', -1, 'a number that is not negative', '-1'],
  ['float', 'nan', 'a number that is not negative', '"nan"'],
  ['float', Number.NaN, 'a number that is not negative', 'NaN'],
  ['uuid', 'x', 'a UUID of 32 hex digits', '"x"'],
  ['uuid', `${UUID}-`, 'a UUID of 32 hex digits', `"${UUID}-"`],
  ['uuid', undefined, 'a text', 'undefined'],
]

for (const [name, value, wanted, shown] of refusals) {
  t.test(`${name} does not write ${typeof value} ${shown}`, (t) => {
    t.throws(() => convertor(name).toText(value), {
      name: 'TypeError',
      message: `convertor "${name}": the value must be ${wanted}, ${shown} was given. Convert it before building the URL.`,
    })
    t.end()
  })
}

t.test('the error for such values is always a TypeError', (t) => {
  t.throws(() => refuse('date', new Map(), 'a date'), {
    name: 'TypeError',
    message: /^convertor "date": the value must be a date, an object \(Map\) was given\. Convert/,
  })
  t.end()
})

t.test('int reads back every safe integer that it wrote', (t) => {
  const { parse, toText } = convertor('int')

  fc.assert(fc.property(fc.maxSafeNat(), (value) => parse(toText(value)) === value))
  t.pass('for every safe integer')
  t.end()
})

t.test('float reads back every number that it wrote, never in exponent form', (t) => {
  const { parse, toText } = convertor('float')
  const numbers = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })

  fc.assert(
    fc.property(numbers, (value) => {
      const text = toText(value)
      return Object.is(parse(text), value === 0 ? 0 : value) && /^[0-9]+(\.[0-9]+)?$/.test(text)
    }),
    { examples: [[5e-324], [Number.MAX_VALUE], [1e21], [1e-7], [0], [-0], [0.1 + 0.2]] },
  )
  t.pass('for every number that is not negative')
  t.end()
})

t.test('uuid reads every spelling of a UUID as one', (t) => {
  const { parse, toText } = convertor('uuid')

  fc.assert(
    fc.property(fc.uuid(), fc.boolean(), fc.boolean(), (uuid, upper, dense) => {
      const cased = upper ? uuid.toUpperCase() : uuid
      const text = dense ? cased.replaceAll('-', '') : cased
      return parse(text) === uuid && toText(text) === uuid
    }),
  )
  t.pass('for every UUID')
  t.end()
})

t.test('a written value is read back, by every convertor', (t) => {
  const values = fc.oneof(anyText(), fc.double(), fc.bigInt(), fc.anything())

  for (const { name, parse, toText } of builtInConvertors) {
    fc.assert(
      fc.property(values, (value) => {
        let text: string
        try {
          text = toText(value)
        } catch (error) {
          return error instanceof TypeError && error.message.startsWith(`convertor "${name}": `)
        }
        return parse(text) !== undefined
      }),
    )
  }
  t.pass('or refused')
  t.end()
})

t.test('a text that is read contains only allowed characters', (t) => {
  const texts = fc.oneof(anyText(), fc.stringMatching(/^[0-9a-f.\-/]*$/))

  for (const { name, parse, allows, slashes, empty, fraction } of builtInConvertors) {
    fc.assert(
      fc.property(texts, (text) => {
        if (parse(text) === undefined) return true
        const run = fraction ? text.replace('.', '') : text // which may be there once
        const characters = Array.from({ length: run.length }, (_, index) => run.charAt(index))
        return (
          characters.every(allows) && (slashes || !text.includes('/')) && (empty || text !== '')
        )
      }),
    )
    t.equal(parse('') !== undefined, empty, `${name} and the empty text`)
    t.equal(allows('/'), slashes, `${name} and the slash`)
  }
  t.end()
})

for (const { name, parse } of builtInConvertors) {
  t.test(`${name} takes linear time`, (t) => {
    assertLinear(t, (size) => '9'.repeat(size), parse)
    assertLinear(t, (size) => `${'0'.repeat(size / 2)}.${'0'.repeat(size / 2)}x`, parse)
    assertLinear(t, (size) => `${'a-'.repeat(size / 2)}/`, parse)
    t.end()
  })
}
