// LS-SEC-1, LS-SEC-3, LS-SEC-5: security dependencies: which users are let in, what a refusal says, and what
// a document can tell.
import t from 'tap'
import { bearerToken } from '../../lib/authentication/authentication.ts'
import { dependency } from '../../lib/dependencies.ts'
import { Application, HTTPException, WebSocketRoute } from '../../lib/index.ts'
import { issueJWT } from '../../lib/middleware/jwt.ts'
import { operation, reply, secured } from '../../lib/operations.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'

const BEARER = { type: 'http', scheme: 'bearer' } as const
const users = new Map([
  ['token-of-ada', { name: 'ada', scopes: ['read', 'write'] }],
  ['token-of-bob', { name: 'bob', scopes: ['read'] }],
])
const currentUser = secured(BEARER, async (request) => {
  const user = users.get(bearerToken(request) ?? '')
  if (user === undefined) throw new HTTPException(401)
  return user
})

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

t.test('a secured dependency finds the user, or refuses with its challenge', async (t) => {
  const app = Application({
    routes: [
      Route(
        '/',
        operation({ use: { currentUser } }, ({ currentUser: { name } }) => reply(200, name)),
      ),
    ],
  })
  await using client = await testClient(app)

  t.equal(await (await client.get('/', bearer('token-of-ada'))).json(), 'ada')
  const refused = await client.get('/', bearer('wrong'))
  t.equal(refused.status, 401)
  t.equal(refused.headers.get('www-authenticate'), 'Bearer')
  t.equal((await client.get('/', { headers: { authorization: 'Bearer a b' } })).status, 400)
})

t.test('a challenge is added to functions, generators and promises, once', async (t) => {
  const refuse = (): never => {
    throw new HTTPException(401)
  }
  const own = (): never => {
    throw new HTTPException(401, 'no', { headers: { 'www-authenticate': 'Own' } })
  }
  const finds: [find: () => unknown, field: string][] = [
    [refuse, 'Bearer'],
    [async () => refuse(), 'Bearer'],
    [() => Promise.reject(new HTTPException(401)), 'Bearer'],
    [
      async function* () {
        yield refuse()
      },
      'Bearer',
    ],
    [own, 'Own'],
  ]
  for (const [find, field] of finds) {
    const guard = secured(BEARER, find)
    const app = Application({
      routes: [
        Route(
          '/',
          operation({ guards: [guard] }, () => reply(200)),
        ),
      ],
    })
    await using client = await testClient(app)
    const response = await client.get('/')
    t.equal(response.status, 401)
    t.equal(response.headers.get('www-authenticate'), field)
  }
})

t.test('scopes are those of the user; a guard requires more of the same user', async (t) => {
  let looks = 0
  const counted = secured(BEARER, async (request) => {
    looks++
    return users.get(bearerToken(request) ?? '') ?? null
  })
  const contract = {
    guards: [counted, counted.requiring('read').requiring('write')],
    use: { counted },
  }
  const app = Application({
    routes: [
      Route(
        '/',
        operation(contract, ({ counted: user }) => reply(200, user?.name)),
      ),
    ],
  })
  await using client = await testClient(app)

  t.equal((await client.get('/', bearer('token-of-ada'))).status, 200)
  t.equal(looks, 1, 'found once for the connection')
  const bob = await client.get('/', bearer('token-of-bob'))
  t.equal(bob.status, 403)
  t.equal(
    bob.headers.get('www-authenticate'),
    'Bearer error="insufficient_scope", scope="read write"',
  )
  const nobody = await client.get('/')
  t.equal(nobody.status, 401, 'no user at all')
  t.equal(nobody.headers.get('www-authenticate'), 'Bearer')
  t.same(counted.requiring('read', 'write').security, [
    { name: 'bearer', scheme: BEARER, scopes: ['read', 'write'] },
  ])
  t.same(secured(BEARER, () => null, { name: 'api', scopes: ['a'] }).security, [
    { name: 'api', scheme: BEARER, scopes: ['a'] },
  ])
})

t.test('guards use other dependencies, and run in order before the body is read', async (t) => {
  const seen: string[] = []
  const settings = dependency(() => ({ open: false }))
  const first = dependency(() => {
    seen.push('first')
  })
  const second = dependency((request) => {
    seen.push('second')
    if (!settings.of(request).open) throw new HTTPException(403)
  })
  const third = dependency(() => {
    seen.push('third')
  })
  const body = {
    kind: 'text' as const,
    mediaTypes: ['*/*'],
    schema: undefined,
    read: () => seen.push('body'),
  }
  const app = Application({
    routes: [
      Route(
        '/',
        operation({ guards: [first, second, third], body }, () => reply(200)),
        { methods: ['POST'] },
      ),
    ],
  })
  await using client = await testClient(app)
  t.equal((await client.post('/', { body: 'x' })).status, 403)
  t.same(seen, ['first', 'second'])

  await using open = await testClient(app, { overrides: [settings.as({ open: true })] })
  t.equal((await open.post('/', { body: 'x' })).status, 200)
  t.same(seen, ['first', 'second', 'first', 'second', 'third', 'body'])
})

t.test('a websocket is guarded by the same dependency', async (t) => {
  const app = Application({
    routes: [
      WebSocketRoute('/', async (websocket) => {
        const { name } = await currentUser.of(websocket)
        await websocket.accept()
        await websocket.sendText(name)
      }),
    ],
  })
  await using client = await testClient(app)
  await using socket = await client.websocket('/', bearer('token-of-bob'))
  t.equal(await socket.receiveText(), 'bob')
  await t.rejects(client.websocket('/', bearer('wrong')))
})

t.test('invalid options throw at definition', async (t) => {
  t.throws(
    () => secured({ type: 'basic' } as never, () => 1),
    /secured: the type of the scheme must be one of/,
  )
  t.throws(
    () => secured({ type: 'http' } as never, () => 1),
    /a scheme of the type http must have scheme/,
  )
  t.throws(() => secured(BEARER, 7 as never), /find must be a function, 7 was given/)
  t.throws(
    () => secured({ type: 'http', scheme: 7 } as never, () => 1),
    /a scheme of the type http must have scheme, 7 was given/,
  )
  t.throws(() => currentUser.requiring('a b'), /scopes must be words/)
  t.throws(
    () => secured(BEARER, () => 1, { scopes: 'read' } as never),
    /secured: scopes must be words, "read" was given/,
  )
  t.throws(
    () => secured(BEARER, () => 1, { scope: [] } as never),
    /unknown option "scope"\. Did you mean "scopes"/,
  )
  const key = crypto.getRandomValues(new Uint8Array(32))
  t.throws(() => issueJWT({ key, algorithm: 'HS256', subject: '' }), /the subject must be text/)
  t.throws(
    () => issueJWT({ key, algorithm: 'HS256', subject: 'a', expiresIn: 0 }),
    /expiresIn must be a positive number/,
  )
  t.throws(() => issueJWT({ key: new Uint8Array(3), algorithm: 'HS256', subject: 'a' }), RangeError)
  await t.rejects(issueJWT({ key, algorithm: 'XX', subject: 'a' }))
})
