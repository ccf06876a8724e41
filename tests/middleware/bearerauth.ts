import t from 'tap'
import { SimpleUser } from '../../lib/authentication/authentication.ts'
import { type BearerAuthOptions, bearerAuth } from '../../lib/middleware/bearerauth.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

const who = Route('/', ({ user, auth }) => new JSONResponse([user.displayName, auth.scopes]))
const robot = { user: new SimpleUser('robot'), scopes: ['deploy'] }

async function told(options: BearerAuthOptions, token: string): Promise<[number, string]> {
  await using client = await testClient(bearerAuth(options)(who))
  const response = await client.get('/', { headers: { authorization: `Bearer ${token}` } })
  return [response.status, await response.text()]
}

t.test('finds tokens in a table', async (t) => {
  const tokens = { 'a.b-c~d+e/f_1==': robot }

  t.same(await told({ tokens }, 'a.b-c~d+e/f_1=='), [200, '["robot",["deploy"]]'])
  t.match(await told({ tokens }, 'a.b-c~d+e/f_1='), [401])
  t.match(await told({ tokens }, '__proto__'), [401])
  t.match(await told({ tokens, scopes: ['deploy'] }, 'a.b-c~d+e/f_1=='), [200])
  t.match(await told({ tokens, scopes: ['other'] }, 'a.b-c~d+e/f_1=='), [403])
})

t.test('uses verify', async (t) => {
  const verify: BearerAuthOptions['verify'] = async (token, { url }) =>
    token === `for${url.pathname}` ? robot : null

  t.match(await told({ verify }, 'for/'), [200])
  t.match(await told({ verify }, 'for/x'), [401])
})

t.test('invalid options throw at once', async (t) => {
  const either = /^bearerAuth: it takes either tokens or a function verify, /
  t.throws(() => bearerAuth({}), either)
  t.throws(() => bearerAuth({ tokens: {}, verify: () => null }), either)
  t.throws(() => bearerAuth({ tokens: null as never }), either)
  t.throws(() => bearerAuth({ verify: 'x' as never }), either)
  for (const token of ['', 'a b', 'undefined?']) {
    t.throws(() => bearerAuth({ tokens: { [token]: robot } }), {
      message:
        /^bearerAuth: a token may contain only letters, digits .* Check whether an environment variable is missing/,
    })
  }
  t.notMatch(
    await Promise.resolve()
      .then(() => bearerAuth({ tokens: { 'se cret': robot } }))
      .catch(String),
    /se cret/,
    'an error does not show a token',
  )
})
