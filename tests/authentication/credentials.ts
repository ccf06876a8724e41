import t from 'tap'
import {
  credentialsOf,
  MalformedCredentials,
  userPassword,
} from '../../lib/authentication/credentials.ts'
import { Headers } from '../../lib/http/headers.ts'
import { assertLinear } from '../support/linear.ts'

const of = (...fields: string[]) =>
  credentialsOf(new Headers(fields.flatMap((field) => ['authorization', field])), 'bearer')

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64')

t.test('credentials follow the name of their scheme, which has any case', async (t) => {
  t.equal(of('Bearer abc'), 'abc')
  t.equal(of('bEARER   a-._~+/1=='), 'a-._~+/1==')
})

t.test('a missing field, or one of another scheme, has no credentials', async (t) => {
  t.equal(of(), null)
  t.equal(of(''), null)
  t.equal(of('Basic abc'), null)
  t.equal(of('Bearerabc'), null)
  t.equal(of('abc'), null)
  t.equal(of(' Bearer abc'), null)
})

t.test('ambiguous credentials are refused', async (t) => {
  const fields = [
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a,b',
    'Bearer a=b',
    'Bearer =',
    'bearer ü',
    'Bearer a\tb',
    'Bearer "a"',
  ]
  for (const field of fields) t.throws(() => of(field), MalformedCredentials, field)
  t.throws(() => of('Bearer a', 'Bearer a'), /several Authorization fields/)
  t.throws(() => of('Bearer a', 'Basic a'), /several Authorization fields/)
})

t.test('name and password', async (t) => {
  t.test('are UTF-8, and a password may have colons', async (t) => {
    t.same(userPassword(base64('ada:secret')), { username: 'ada', password: 'secret' })
    t.same(userPassword(base64('ada:a:b')), { username: 'ada', password: 'a:b' })
    t.same(userPassword(base64(':')), { username: '', password: '' })
    t.same(userPassword('dGVzdDoxMjPCow=='), { username: 'test', password: '123£' }, 'RFC 7617')
  })

  t.test('are normalized to NFC', async (t) => {
    t.same(userPassword(base64('u\u0308:o\u0308')), { username: '\u00fc', password: '\u00f6' })
  })

  t.test('are refused when they cannot be read', async (t) => {
    const wrong = ['', 'a', 'YQ', 'YTpi=', '=', 'YT-i', 'YTpi\n', base64('ada'), base64('a:b\0')]
    const notUTF8 = [new Uint8Array([0x61, 0x3a, 0xff]), new Uint8Array([0xc0, 0xba])]
    for (const credentials of [...wrong, ...notUTF8.map(base64), base64('a\r\n:b')]) {
      t.throws(() => userPassword(credentials), MalformedCredentials, credentials)
    }
  })
})

t.test('reading takes linear time', async (t) => {
  const refused = (read: () => unknown): void => {
    try {
      read()
    } catch {
      return
    }
    t.fail('it was not refused')
  }
  for (const [before, part] of [
    ['Bearer ', ' '],
    ['Bearer ', 'a'],
    ['Bearer a', '='],
  ] as const) {
    assertLinear(
      t,
      (size) => `${before}${part.repeat(size)}!`,
      (field) => refused(() => of(field)),
    )
  }
  assertLinear(
    t,
    (size) => `${'YTpi'.repeat(size / 4)}!`,
    (field) => refused(() => userPassword(field)),
  )
})
