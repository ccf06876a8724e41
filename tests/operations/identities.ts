// LS-SEC-2, LS-SEC-4: The middleware that authenticates, as dependencies; and tokens that are issued.
import { SignJWT } from 'jose'
import t from 'tap'
import { SimpleUser } from '../../lib/authentication/authentication.ts'
import { Application } from '../../lib/index.ts'
import { basicIdentity } from '../../lib/middleware/basicauth.ts'
import { bearerIdentity } from '../../lib/middleware/bearerauth.ts'
import { issueJWT, jwt, jwtIdentity } from '../../lib/middleware/jwt.ts'
import { sessions, sessionUser } from '../../lib/middleware/sessions.ts'
import { operation, reply } from '../../lib/operations.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

t.test('the middleware that authenticates has dependencies too', async (t) => {
  const key = crypto.getRandomValues(new Uint8Array(32))
  const robot = { user: new SimpleUser('robot'), scopes: ['deploy'] }
  const guards = {
    basic: basicIdentity({ users: { ada: 'correct horse' } }),
    tokens: bearerIdentity({ tokens: { robot }, cookie: 'token' }),
    jwt: jwtIdentity({ keys: key, algorithms: ['HS256'], scopes: ['read'] }),
  }
  const routes = Object.entries(guards).map(([name, guard]) =>
    Route(
      `/${name}`,
      operation({ use: { identity: guard } }, ({ request, identity }) =>
        reply(200, [identity.user.displayName, request.user.displayName, request.auth.scopes]),
      ),
    ),
  )
  await using client = await testClient(Application({ routes }))
  const shown = async (path: string, headers: Record<string, string>) =>
    (await client.get(path, { headers })).json()

  t.same(await shown('/basic', { authorization: `Basic ${btoa('ada:correct horse')}` }), [
    'ada',
    'ada',
    [],
  ])
  t.same(await shown('/tokens', { cookie: 'token=robot' }), ['robot', 'robot', ['deploy']])
  const token = await issueJWT({
    key,
    algorithm: 'HS256',
    subject: 'bob',
    scopes: ['read', 'more'],
  })
  t.same(await shown('/jwt', { authorization: `Bearer ${token}` }), [
    'bob',
    'bob',
    ['read', 'more'],
  ])
  const poor = await issueJWT({ key, algorithm: 'HS256', subject: 'bob' })
  t.equal((await client.get('/jwt', bearer(poor))).status, 403)
  t.match((await client.get('/basic')).headers.get('www-authenticate'), /^Basic realm="Restricted"/)
  t.equal((await client.get('/tokens')).status, 401)
  t.same(
    [guards.basic, guards.tokens, guards.jwt].map(({ security }) => [
      security.name,
      security.scheme.type,
      security.scopes,
    ]),
    [
      ['basic', 'http', []],
      ['token', 'apiKey', []],
      ['bearer', 'http', ['read']],
    ],
  )
})

t.test('an issued token is accepted by jwt(), and refused when it has expired', async (t) => {
  const key = crypto.getRandomValues(new Uint8Array(32))
  const options = { keys: key, algorithms: ['HS256'], issuer: 'us', audience: 'them' }
  const issued = { key, algorithm: 'HS256', subject: 'ada', issuer: 'us', audience: 'them' }
  await using client = await testClient(
    jwt(options)(
      Application({
        routes: [
          Route(
            '/',
            operation({}, ({ request }) => reply(200, request.auth.claims)),
          ),
        ],
      }),
    ),
  )
  const response = await client.get(
    '/',
    bearer(await issueJWT({ ...issued, claims: { role: 'admin' }, expiresIn: 60 })),
  )
  t.match(await response.json(), {
    sub: 'ada',
    iss: 'us',
    aud: 'them',
    role: 'admin',
    exp: Number,
    iat: Number,
    jti: String,
  })
  const other = await issueJWT({ ...issued, audience: ['others'] })
  t.equal((await client.get('/', bearer(other))).status, 401)
  const old = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('ada')
    .setIssuer('us')
    .setAudience('them')
    .setExpirationTime(1)
    .sign(key)
  t.equal((await client.get('/', bearer(old))).status, 401)
})

t.test('the user of a session is a dependency, and 401 without one', async (t) => {
  const user = sessionUser(({ data }) => (typeof data['user'] === 'string' ? data['user'] : null))
  const app = Application({
    middleware: [sessions({ store: memoryStore() })],
    routes: [
      Route('/login', {
        post: operation({}, ({ request }) => {
          request.session.data['user'] = 'ada'
          return reply(200)
        }),
      }),
      Route(
        '/me',
        operation({ use: { user } }, ({ user: name }) => reply(200, name)),
      ),
    ],
  })
  await using client = await testClient(app)
  t.equal((await client.get('/me')).status, 401)
  await client.post('/login')
  t.equal(await (await client.get('/me')).json(), 'ada')
  t.match(user.security, { name: 'session', scheme: { type: 'apiKey', in: 'cookie' } })
})
