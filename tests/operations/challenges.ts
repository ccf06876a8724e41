// LS-SEC-3: a 401 tells of every scheme that would do, and documents and problem documents agree.
import t from 'tap'
import { bearerToken } from '../../lib/authentication/authentication.ts'
import { dependency } from '../../lib/dependencies.ts'
import { Application, HTTPException, Route } from '../../lib/index.ts'
import { openapi } from '../../lib/openapi.ts'
import { operation, reply, secured, securedByAny } from '../../lib/operations.ts'
import { problemDetails } from '../../lib/problems.ts'
import { testClient } from '../../lib/testing/client.ts'

const INFO = { title: 'Test', version: '1' }
const BASIC = 'Basic realm="Restricted", charset="UTF-8"'

const byToken = secured({ type: 'http', scheme: 'bearer' }, async (request) => {
  const token = bearerToken(request)
  if (token === 'of-ada') return { name: 'ada', scopes: ['read'] }
  if (token === null) throw new HTTPException(401)
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  throw new HTTPException(401, 'The token is old.', { headers })
})
const byPassword = secured({ type: 'http', scheme: 'basic' }, (request) => {
  if (request.headers.get('authorization') !== 'Basic Ym9iOmI=') throw new HTTPException(401)
  return { name: 'bob', scopes: ['read', 'write'] }
})
const byKey = secured({ type: 'apiKey', in: 'header', name: 'x-key' }, (request) => {
  if (request.headers.get('x-key') !== 'k') throw new HTTPException(401)
  return { name: 'eve', scopes: [] }
})
const user = securedByAny(byToken, byPassword, byKey)

t.test('the first scheme that finds a user is used', async (t) => {
  const shown = operation({ use: { user } }, ({ user: { name } }) => reply(200, name))
  await using client = await testClient(Application({ routes: [Route('/', shown)] }))
  const named = async (headers: Record<string, string>) =>
    (await client.get('/', { headers })).json()

  t.equal(await named({ authorization: 'Bearer of-ada' }), 'ada')
  t.equal(await named({ authorization: 'Basic Ym9iOmI=' }), 'bob')
  t.equal(await named({ 'x-key': 'k' }), 'eve')
})

t.test('a 401 of all schemes has all challenges, and the body of the first', async (t) => {
  const shown = operation({ guards: [user] }, () => reply(204))
  const app = Application({
    routes: [Route('/', shown)],
    exceptionHandlers: [...problemDetails()],
  })
  await using client = await testClient(app)

  const missing = await client.get('/')
  t.equal(missing.status, 401)
  t.equal(missing.headers.get('www-authenticate'), `Bearer, ${BASIC}`)
  t.match(await missing.json(), { status: 401, title: 'Unauthorized' })

  const wrong = await client.get('/', { headers: { authorization: 'Bearer of-eve' } })
  t.equal(wrong.headers.get('www-authenticate'), `Bearer error="invalid_token", ${BASIC}`)
  t.match(await wrong.json(), { status: 401, detail: 'The token is old.' })
})

t.test('a user without the scopes gets 403, and other schemes do not run', async (t) => {
  const changed = operation({ guards: [user.requiring('write')] }, () => reply(204))
  await using client = await testClient(Application({ routes: [Route('/', changed)] }))
  const statusFor = async (headers: Record<string, string>) =>
    (await client.get('/', { headers })).status

  t.equal(await statusFor({ authorization: 'Bearer of-ada' }), 403)
  t.equal(await statusFor({ authorization: 'Basic Ym9iOmI=' }), 204)
  t.equal(await statusFor({ 'x-key': 'k' }), 403)
  t.equal(await statusFor({}), 401)
  t.equal(await statusFor({ authorization: 'Bearer a b' }), 400, 'malformed credentials')
})

t.test('keys and cookies have no challenge', async (t) => {
  const shown = operation({ guards: [byKey] }, () => reply(204))
  await using client = await testClient(Application({ routes: [Route('/', shown)] }))
  const refused = await client.get('/')
  t.equal(refused.status, 401)
  t.equal(refused.headers.get('www-authenticate'), null)
})

t.test('documents list the schemes as alternatives', (t) => {
  const routes = [
    Route(
      '/any',
      operation({ guards: [user.requiring('write')], use: { user } }, () => reply(204)),
    ),
    Route(
      '/both',
      operation({ guards: [byToken, securedByAny(byPassword, byKey)] }, () => reply(204)),
    ),
  ]
  const { paths, components } = openapi(routes, INFO)
  t.same(paths['/any']?.get?.security, [
    { bearer: ['write'] },
    { basic: ['write'] },
    { 'x-key': ['write'] },
  ])
  t.same(paths['/both']?.get?.security, [
    { bearer: [], basic: [] },
    { bearer: [], 'x-key': [] },
  ])
  t.same(Object.keys(components?.securitySchemes ?? {}), ['basic', 'bearer', 'x-key'])
  t.match(paths['/any']?.get?.responses, { 401: {}, 403: {} })
  t.end()
})

t.test('alternatives are checked', (t) => {
  t.throws(() => securedByAny(byToken), /securedByAny: it takes two or more secured dependencies/)
  t.throws(
    () => securedByAny(byToken, dependency(() => 1) as never),
    /securedByAny: it takes secured dependencies/,
  )
  t.end()
})

t.test('a 401 that a function of any kind throws gets the challenge', async (t) => {
  const refuse = (): never => {
    throw new HTTPException(401)
  }
  const finds: Record<string, () => unknown> = {
    plain: refuse,
    async: async () => refuse(),
    *generator() {
      yield refuse()
    },
    async *asyncGenerator() {
      yield refuse()
    },
  }
  for (const [name, find] of Object.entries(finds)) {
    await using client = await testClient(
      Application({
        routes: [
          Route(
            '/',
            operation({ guards: [secured({ type: 'http', scheme: 'bearer' }, find)] }, () =>
              reply(204),
            ),
          ),
        ],
      }),
    )
    t.equal((await client.get('/')).headers.get('www-authenticate'), 'Bearer', name)
  }
})
