// Invalid field names and values, and the time that checking them takes.
import t from 'tap'
import { assertHeader, Headers, isHeaderName, isHeaderValue } from '../../lib/http/headers.ts'
import { assertLinear } from '../support/linear.ts'

const LIST = ['a', '123', 'a', '456', 'b', '789']
const example = (): Headers => new Headers(LIST.slice())

// Advisory row 75.
const badNames: string[] = ['', ' ', 'a b', 'a:', 'a\r\nb', 'a\0', 'é', '\u212a', '(', 'a,b', '"']

for (const name of badNames) {
  t.test(`refuses the name ${JSON.stringify(name)}`, (t) => {
    const headers = example()
    const refusal = {
      name: 'TypeError',
      message: /^Headers: a name must consist of letters, .*, ".*" was given\. Choose/,
    }

    t.throws(() => headers.append(name, 'x'), refusal)
    t.throws(() => headers.set(name, 'x'), refusal)
    t.throws(() => headers.setDefault(name, 'x'), refusal)
    t.throws(() => Headers.from({ [name]: 'x' }), refusal)
    t.notOk(isHeaderName(name))
    t.strictSame(headers.list, LIST)
    t.end()
  })
}

t.test('refuses a letter whose lower case is ASCII, even if that name is present', (t) => {
  const headers = new Headers(['k', '1'])

  t.throws(() => headers.set('\u212a', '2'), { message: /a name must consist of/ })
  t.strictSame(headers.list, ['k', '1'])
  t.end()
})

// Advisory row 75, DS-18, un-headers-005.
const badValues = [
  'a\r\nset-cookie: x=1',
  'a\n',
  'a\r',
  '\0',
  '\x7f',
  '\x1b',
  '☃',
  '\u0100',
  '\ud83c',
]

for (const value of badValues) {
  t.test(`refuses the value ${JSON.stringify(value)}`, (t) => {
    const headers = example()
    const refusal = {
      name: 'TypeError',
      message: /^Headers: the value of "[ac]" must be latin-1 text .*, ".*" was given\. Encode it/,
    }

    t.throws(() => headers.append('c', value), refusal)
    t.throws(() => headers.set('a', value), refusal)
    t.throws(() => headers.setDefault('c', value), refusal)
    t.throws(() => Headers.from([['c', value]]), refusal)
    t.notOk(isHeaderValue(value))
    t.strictSame(headers.list, LIST)
    t.end()
  })
}

t.test('refuses names and values that are not text', (t) => {
  t.throws(() => assertHeader(7 as unknown as string, 'x'), {
    message: /^Headers: a name must .*, 7 was given/,
  })
  t.throws(() => Headers.from({ a: 7 as unknown as string }), {
    message: /^Headers: the value of "a" must be latin-1 text .*, 7 was given/,
  })
  t.end()
})

t.test('accepts every token, and all of latin-1 except control characters', (t) => {
  const token = "!#$%&'*+-.^_`|~09azAZ"
  const latin = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
  const value = latin.filter((text) => text === '\t' || (text >= ' ' && text !== '\x7f')).join('')

  t.ok(isHeaderName(token))
  t.ok(isHeaderValue(value))
  t.ok(isHeaderValue(''))
  t.doesNotThrow(() => assertHeader(token, 'é \t'))
  t.end()
})

// Advisory row 86.
t.test('is linear in a value of many spaces, and in many fields', (t) => {
  const spaces = (size: number): string => `${' '.repeat(size)}x`

  assertLinear(t, spaces, (value) => new Headers().set('a', value).get('a'))
  assertLinear(t, (size) => `${'a'.repeat(size)} `, isHeaderName)
  assertLinear(t, (size) => `${'é'.repeat(size)}☃`, isHeaderValue)
  assertLinear(t, spaces, (value) => new Headers(['vary', value]).vary('b'))
  assertLinear(
    t,
    (size) => ','.repeat(size),
    (value) => new Headers(['vary', value]).vary('b'),
  )
  t.end()
})
