import t from 'tap'
import { AuthenticationError, SimpleUser } from '../../lib/authentication/authentication.ts'
import { type BearerOptions, bearer, refuse } from '../../lib/authentication/bearer.ts'
import { gate } from '../../lib/authentication/gate.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { call, httpScope } from '../support/scopes.ts'

const who = Route('/', ({ user, auth }) => new JSONResponse([user.displayName, auth.scopes]))

const guarded = (options: BearerOptions = {}) =>
  gate(
    'bearerAuth',
    bearer('bearerAuth', options, (token) => {
      if (token === 'old') throw new AuthenticationError('The "token" is old.')
      if (token === 'busy') throw new HTTPException(503, 'Come back later.')
      return token === 'ada' ? { user: new SimpleUser('ada'), scopes: ['read'] } : null
    }),
  )(who)

/** Status, challenge and text. */
async function told(
  options: BearerOptions,
  headers: [string, string][],
): Promise<[number, string | null, string]> {
  await using client = await testClient(guarded(options))
  const response = await client.get('/', { headers })
  return [response.status, response.headers.get('www-authenticate'), await response.text()]
}

const INVALID = 'Bearer error="invalid_token", error_description='
const REQUEST = 'Bearer error="invalid_request", error_description='

t.test('answers as RFC 6750 requires', async (t) => {
  const auth = (value: string): [string, string] => ['authorization', value]
  const table: [headers: [string, string][], expected: [number, string | null, string]][] = [
    [[], [401, 'Bearer', 'Unauthorized']],
    [[auth('Basic YTpi')], [401, 'Bearer', 'Unauthorized']],
    [[auth('bearer ada')], [200, null, '["ada",["read"]]']],
    [[auth('Bearer bo')], [401, `${INVALID}"The token is not valid."`, 'The token is not valid.']],
    [[auth('Bearer old')], [401, `${INVALID}"The ?token? is old."`, 'The "token" is old.']],
    [
      [auth('Bearer ad"a')],
      [400, `${REQUEST}"The credentials cannot be read."`, 'The credentials cannot be read.'],
    ],
    [
      [auth('Bearer ada'), auth('Bearer ada')],
      [
        400,
        `${REQUEST}"There are several Authorization fields."`,
        'There are several Authorization fields.',
      ],
    ],
    [[auth('Bearer busy')], [503, null, 'Come back later.']],
  ]
  for (const [headers, expected] of table) t.same(await told({}, headers), expected)
})

t.test('names the realm and the scopes that are needed', async (t) => {
  const options = { realm: 'the "lab"', scopes: ['read', 'write'] }

  t.same(await told(options, []), [
    401,
    'Bearer realm="the \\"lab\\"", scope="read write"',
    'Unauthorized',
  ])
  t.match(await told(options, [['authorization', 'Bearer ada']]), [
    403,
    'Bearer realm="the \\"lab\\"", error="insufficient_scope", error_description="The token does not have the scopes that are needed.", scope="read write"',
  ])
  t.match(await told({ scopes: ['read'] }, [['authorization', 'Bearer ada']]), [200])
})

t.test('a token in the query or the body is not accepted', async (t) => {
  await using client = await testClient(guarded())

  t.equal((await client.get('/?access_token=ada')).status, 401)
  t.equal((await client.get('/', { headers: { cookie: 'token=ada' } })).status, 401)
})

t.test('a token in a cookie is accepted if the cookie is named', async (t) => {
  const options = { cookie: 'token' }

  t.match(await told(options, [['cookie', 'token=ada']]), [200])
  t.match(await told(options, [['cookie', 'token=bo']]), [401])
  t.match(await told(options, [['cookie', 'other=ada']]), [401, 'Bearer'])
  t.match(
    await told(options, [
      ['cookie', 'token=ada'],
      ['authorization', 'Bearer ada'],
    ]),
    [400, /a token in the Authorization field and in a cookie/],
  )
})

t.test('a missing token may pass unauthenticated, an invalid one may not', async (t) => {
  t.same(await told({ optional: true }, []), [200, null, '["",[]]'])
  t.match(await told({ optional: true }, [['authorization', 'Bearer bo']]), [401])
})

t.test('a challenge without an error reveals nothing', async (t) => {
  const { status, headers } = refuse(undefined, undefined, [])

  t.equal(status, 401)
  t.equal(headers.get('www-authenticate'), 'Bearer')
})

t.test('an error of the verifier is rethrown', async (t) => {
  const bug = new Error('kaput')
  const app = gate(
    'bearerAuth',
    bearer('bearerAuth', {}, () => Promise.reject(bug)),
  )(who)

  await t.rejects(call(app, httpScope({ headers: ['authorization', 'Bearer a'] })), bug)
})

t.test('invalid options throw at definition', async (t) => {
  for (const scopes of ['read', [1], ['a b'], ['a"'], [''], null]) {
    t.throws(
      () => guarded({ scopes: scopes as never }),
      /^bearerAuth: scopes must be a list of words .* was given\. Write/,
    )
  }
  for (const cookie of ['', 'a b', 7]) {
    t.throws(() => guarded({ cookie: cookie as never }), /^bearerAuth: cookie must be the name/)
  }
  t.throws(() => guarded({ realm: '\n' }), /^bearerAuth: the realm must be/)
})
