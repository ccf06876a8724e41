import t from 'tap'
import { AuthenticationError, SimpleUser } from '../../lib/authentication/authentication.ts'
import { type BasicAuthOptions, basicAuth } from '../../lib/middleware/basicauth.ts'
import { JSONResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { call, httpScope } from '../support/scopes.ts'

const who = Route('/', ({ user, auth }) => new JSONResponse([user.displayName, auth.scopes]))
const users = { ada: 'correct horse', Grüße: 'pass:wörd' }

const credentials = (name: string, password: string): [string, string] => [
  'authorization',
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
]

async function told(
  options: BasicAuthOptions,
  ...headers: [string, string][]
): Promise<[number, string | null, string]> {
  await using client = await testClient(basicAuth(options)(who))
  const response = await client.get('/', { headers })
  return [response.status, response.headers.get('www-authenticate'), await response.text()]
}

const CHALLENGE = 'Basic realm="Restricted", charset="UTF-8"'

t.test('accepts the correct password', async (t) => {
  t.same(await told({ users }, credentials('ada', 'correct horse')), [200, null, '["ada",[]]'])
  t.same(await told({ users }, credentials('Grüße', 'pass:wörd')), [200, null, '["Grüße",[]]'])
  t.match(await told({ users }, credentials('Gru\u0308ße', 'pass:wo\u0308rd')), [200])
})

t.test('challenges other requests', async (t) => {
  const wrong: [string, string][][] = [
    [],
    [credentials('ada', 'wrong')],
    [credentials('ada', '')],
    [credentials('', '')],
    [credentials('bo', 'correct horse')],
    [credentials('ada:correct horse', '')],
    [credentials('__proto__', '')],
    [['authorization', 'Bearer abc']],
    [['authorization', 'Basic']],
    [['authorization', 'Basic !!!']],
    [credentials('ada', 'correct horse'), credentials('ada', 'correct horse')],
  ]
  for (const headers of wrong) {
    t.same(await told({ users }, ...headers), [401, CHALLENGE, 'Unauthorized'])
  }
})

t.test('names the realm', async (t) => {
  const [, challenge] = await told({ users, realm: 'staff "only"' })

  t.equal(challenge, 'Basic realm="staff \\"only\\"", charset="UTF-8"')
})

t.test('uses verify', async (t) => {
  const root = { user: new SimpleUser('root'), scopes: ['admin'] }
  const verify: BasicAuthOptions['verify'] = async (name, password, { url }) => {
    if (name === 'locked') throw new AuthenticationError('The account is locked.')
    if (name === 'root') return password === url.hostname ? root : null
    return name === password
  }

  t.same(await told({ verify }, credentials('root', 'testserver')), [
    200,
    null,
    '["root",["admin"]]',
  ])
  t.match(await told({ verify }, credentials('root', 'x')), [401])
  t.same(await told({ verify }, credentials('bo', 'bo')), [200, null, '["bo",[]]'])
  t.match(await told({ verify }, credentials('bo', 'x')), [401])
  t.same(await told({ verify }, credentials('locked', 'x')), [
    401,
    CHALLENGE,
    'The account is locked.',
  ])
})

t.test('lets requests without credentials pass if optional', async (t) => {
  t.same(await told({ users, optional: true }), [200, null, '["",[]]'])
  t.match(await told({ users, optional: true }, credentials('ada', 'x')), [401])
})

t.test('errors of verify are rethrown', async (t) => {
  const bug = new Error('kaput')
  const app = basicAuth({ verify: () => Promise.reject(bug) })(who)

  await t.rejects(call(app, httpScope({ headers: credentials('a', 'b') })), bug)
})

t.test('invalid options throw at once', async (t) => {
  const either = /^basicAuth: it takes either users or a function verify, /
  t.throws(() => basicAuth({}), either)
  t.throws(() => basicAuth({ users, verify: () => true }), either)
  t.throws(() => basicAuth({ users: null as never }), either)
  t.throws(() => basicAuth({ verify: 'x' as never }), either)
  t.throws(
    () => basicAuth({ users: { 'a:b': 'c' } }),
    /a name cannot have a colon, "a:b" was given/,
  )
  for (const password of ['', undefined, 7]) {
    t.throws(
      () => basicAuth({ users: { ada: password as never } }),
      /the password of "ada" must be text that is not empty, (""|undefined|7) was given/,
    )
  }
  t.throws(() => basicAuth({ users, realm: 'a\r\nb' }), /^basicAuth: the realm must be/)
})
