import t from 'tap'
import { assertRealm, challenge, describable, quoted } from '../../lib/authentication/challenge.ts'

t.test('a challenge has its parameters as quoted strings', async (t) => {
  t.equal(challenge('Bearer', {}), 'Bearer')
  t.equal(challenge('Bearer', { realm: undefined }), 'Bearer')
  t.equal(
    challenge('Basic', { realm: 'a', charset: 'UTF-8', scope: undefined }),
    'Basic realm="a", charset="UTF-8"',
  )
})

t.test('quotes and backslashes are escaped', async (t) => {
  t.equal(quoted('a "b" \\c'), '"a \\"b\\" \\\\c"')
  t.equal(quoted(''), '""')
})

t.test('a description has question marks in place of quotes and backslashes', async (t) => {
  t.equal(describable('a "b" \\c\r\n ü~!'), 'a ?b? ?c?? ?~!')
})

t.test('a realm that a header cannot contain throws', async (t) => {
  for (const realm of ['a\r\nb', 'a\0', '\u2028', 7, null]) {
    t.throws(() => assertRealm('basicAuth', realm), /^basicAuth: the realm must be latin-1 text/)
  }
  t.doesNotThrow(() => assertRealm('basicAuth', 'Bücher "neu"'))
})
