// LS-SEC-2, LS-SEC-4: The middleware that authenticates, as dependencies; and tokens that are issued.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
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

t.test('dependencies can be used by the middleware that authenticates', async (t) => {
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
    [guards.basic, guards.tokens, guards.jwt].flatMap(({ security }) =>
      security.map(({ name, scheme, scopes }) => [name, scheme.type, scopes]),
    ),
    [
      ['basic', 'http', []],
      ['token', 'apiKey', []],
      ['bearer', 'http', ['read']],
    ],
  )
})

t.test('jwt() accepts an issued token, and refuses it after its expiry', async (t) => {
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

t.test('the user of a session is a dependency, which throws 401 without one', async (t) => {
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
  t.match(user.security, [{ name: 'session', scheme: { type: 'apiKey', in: 'cookie' } }])
})

t.test('the keys of jwtIdentity may be a function', async (t) => {
  const known: { key?: Uint8Array } = {}
  const pair = await generateKeyPair('ES256')
  const set = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'a' }] }
  const late = jwtIdentity({ keys: async () => known.key ?? null, algorithms: ['HS256'] })
  const ofSet = jwtIdentity({ keys: () => set, algorithms: ['ES256'] })
  const routes = Object.entries({ late, ofSet }).map(([name, guard]) =>
    Route(
      `/${name}`,
      operation({ use: { identity: guard } }, ({ identity }) =>
        reply(200, identity.user.displayName),
      ),
    ),
  )
  await using client = await testClient(Application({ routes }))
  const key = crypto.getRandomValues(new Uint8Array(32))
  const token = bearer(await issueJWT({ key, algorithm: 'HS256', subject: 'ada' }))
  t.equal((await client.get('/late', token)).status, 401)
  known.key = key
  t.equal(await (await client.get('/late', token)).json(), 'ada')
  const issued = { key: pair.privateKey, algorithm: 'ES256', subject: 'bob' }
  t.equal(await (await client.get('/ofSet', bearer(await issueJWT(issued)))).json(), 'bob')
  const other = await issueJWT({ ...issued, keyId: 'b' })
  t.equal((await client.get('/ofSet', bearer(other))).status, 401)
})

t.test('the URL of the keys may be a function', async (t) => {
  const pair = await generateKeyPair('ES256')
  let fetched = 0
  const server = createServer((_request, response) => {
    fetched += 1
    exportJWK(pair.publicKey).then((key) => response.end(JSON.stringify({ keys: [key] })))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const user = jwtIdentity({
    keys: async () => new URL(`http://127.0.0.1:${port}/`),
    algorithms: ['ES256'],
  })
  const shown = operation({ use: { user } }, ({ user: { user } }) => reply(200, user.displayName))
  await using client = await testClient(Application({ routes: [Route('/', shown)] }))
  const token = await issueJWT({ key: pair.privateKey, algorithm: 'ES256', subject: 'ada' })
  for (const _ of [1, 2]) t.equal(await (await client.get('/', bearer(token))).json(), 'ada')
  t.equal(fetched, 1)
})

t.test('a function that returns no keys is a bug of the server', async (t) => {
  for (const found of [new URL('http://example.org/keys'), () => null, 'text']) {
    const user = jwtIdentity({ keys: () => found as never, algorithms: ['ES256'] })
    const shown = operation({ guards: [user] }, () => reply(204))
    const app = Application({ routes: [Route('/', shown)] })
    await using client = await testClient(app, { raiseServerExceptions: false })
    const { privateKey } = await generateKeyPair('ES256')
    const token = await issueJWT({ key: privateKey, algorithm: 'ES256', subject: 'ada' })
    t.equal((await client.get('/', bearer(token))).status, 500)
  }
})
