import t from 'tap'
import { assertClaims, identityOf, scopesOf } from '../../../lib/middleware/jwt/claims.ts'

t.test('times are finite numbers', async (t) => {
  t.doesNotThrow(() => assertClaims({}, undefined))
  t.doesNotThrow(() => assertClaims({ exp: 1, nbf: 0, iat: 1.5 }, undefined))
  for (const name of ['exp', 'nbf', 'iat']) {
    for (const time of [Number.POSITIVE_INFINITY, Number.NaN, '1', null, [1], true]) {
      t.throws(() => assertClaims({ [name]: time }, undefined), {
        name: 'AuthenticationError',
        message: `The claim ${name} of the token is not a time.`,
      })
    }
  }
})

t.test('a token with an audience is rejected if none is configured', async (t) => {
  t.throws(() => assertClaims({ aud: 'a' }, undefined), /The token is for another audience\./)
  t.doesNotThrow(() => assertClaims({ aud: 'a' }, null))
  t.doesNotThrow(() => assertClaims({ aud: 'a' }, 'a'))
})

t.test('scopes are words in a text, or a list', async (t) => {
  const table: [object, string[]][] = [
    [{}, []],
    [{ scope: 'a b:c' }, ['a', 'b:c']],
    [{ scope: '' }, []],
    [{ scope: ' a  b ' }, ['a', 'b']],
    [{ scp: 'a b' }, ['a', 'b']],
    [{ scp: ['a', 'b c'] }, ['a', 'b c']],
    [{ scope: 'a', scp: ['b'] }, ['a']],
    [{ scp: ['a', 7, '', null] }, ['a']],
    [{ scope: { a: true } }, []],
    [{ scope: 7 }, []],
  ]
  for (const [claims, scopes] of table) t.same(scopesOf(claims as never), scopes)
})

t.test('the user is the subject of the token', async (t) => {
  t.match(identityOf({ sub: 'ada', scope: 'a' }), { user: { username: 'ada' }, scopes: ['a'] })
  t.match(identityOf({}), { user: { username: '' }, scopes: [] })
  for (const sub of ['', 7, null, {}]) {
    t.throws(() => identityOf({ sub }), /The claim sub of the token is not a name/)
  }
})
