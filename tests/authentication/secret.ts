// LS-SEC-6: secrets that logs, JSON and debuggers do not show.
import { inspect } from 'node:util'
import t from 'tap'
import { secret } from '../../lib/authentication/authentication.ts'

t.test('a secret is shown by reveal() alone', async (t) => {
  const key = secret('correct horse')
  t.equal(key.reveal(), 'correct horse')
  for (const shown of [
    `${key}`,
    JSON.stringify({ key }),
    inspect({ key }),
    inspect(key, { showHidden: true }),
  ]) {
    t.notMatch(shown, 'horse')
    t.match(shown, '[secret]')
  }
})

t.test('a secret is compared as a whole', async (t) => {
  const key = secret('ab')
  t.ok(key.equals('ab'))
  for (const other of ['', 'a', 'abab', 'aB', 'b']) t.notOk(key.equals(other), other)
})

t.test('an empty secret throws', async (t) => {
  t.throws(() => secret(''), /secret: it takes a text that is not empty/)
  t.throws(
    () => secret(undefined as never),
    /it takes a text that is not empty, "undefined" was given/,
  )
})
