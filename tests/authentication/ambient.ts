// Credentials that browsers send by themselves, and websockets that other sites' pages open with them.
import t from 'tap'
import { type Identity, SimpleUser } from '../../lib/authentication/authentication.ts'
import type { AllowedOrigins } from '../../lib/authentication/origins.ts'
import { authentication } from '../../lib/middleware/authentication.ts'
import { basicAuth } from '../../lib/middleware/basicauth.ts'
import { bearerAuth } from '../../lib/middleware/bearerauth.ts'
import { jwt } from '../../lib/middleware/jwt.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { WebSocketRoute } from '../../lib/routing.ts'
import { lint } from '../../lib/testing/lint.ts'
import type { Middleware } from '../../lib/types.ts'
import { call, websocketScope } from '../support/scopes.ts'

const ada: Identity = { user: new SimpleUser('ada'), scopes: [] }
const socket = WebSocketRoute('/', async (websocket) => websocket.accept())
const basic = ['authorization', `Basic ${btoa('ada:correct horse')}`]
const cookie = ['cookie', 'token=t0ken']
const secret = '32 random bytes, or even more of them'

type Origins = { origins?: AllowedOrigins }
type Make = (options: Origins) => Middleware

/** What the handshake is answered with: a type, or a status. */
async function opened(make: Make, headers: string[], options: Origins = {}) {
  const scope = websocketScope({ headers: ['host', 'testserver', ...headers] })
  const app = lint()(make(options)(socket))
  const [start] = await call(app, scope, [{ type: 'websocket.connect' }])
  return start && 'status' in start ? start.status : start?.type
}

const claims = { sub: 'ada', exp: 4_000_000_000 }

async function signed(): Promise<string> {
  const { SignJWT } = await import('jose')
  const key = new TextEncoder().encode(secret)
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key)
}

const byCookie: Make = (options) =>
  authentication({
    backends: [({ cookies: { token } }) => (token === undefined ? null : ada)],
    ...options,
  })
const keys = new TextEncoder().encode(secret)
const token = await signed()
const MAKERS: readonly (readonly [name: string, make: Make, headers: string[]])[] = [
  ['basicAuth', (options) => basicAuth({ users: { ada: 'correct horse' }, ...options }), basic],
  ['bearerAuth with a cookie', (options) => bearerAuth({ tokens: { t0ken: ada }, cookie: 'token', ...options }), cookie], // biome-ignore format: a table
  ['jwt with a cookie', (options) => jwt({ keys, algorithms: ['HS256'], cookie: 'token', ...options }), ['cookie', `token=${token}`]], // biome-ignore format: a table
  ['authentication by a cookie', byCookie, cookie],
  ['sessions', (options) => sessions({ secret, ...options }), cookie],
]

for (const [name, make, headers] of MAKERS) {
  t.test(`${name}: a page of another origin cannot open a websocket`, async (t) => {
    const foreign = [...headers, 'origin', 'https://evil.example']

    t.equal(await opened(make, headers), 'websocket.accept', 'no browser')
    t.equal(await opened(make, [...headers, 'origin', 'http://testserver']), 'websocket.accept')
    t.equal(await opened(make, foreign), 403)
    t.equal(await opened(make, [...headers, 'origin', 'null']), 403)
    t.equal(await opened(make, [...headers, 'sec-fetch-site', 'same-site']), 403)
    t.equal(await opened(make, foreign, { origins: ['https://other.example'] }), 403)
    t.equal(await opened(make, foreign, { origins: ['https://evil.example'] }), 'websocket.accept')
    t.equal(await opened(make, foreign, { origins: '*' }), 'websocket.accept')
    t.throws(() => make({ origins: ['evil.example'] }), /an origin is a scheme and a host/)
  })
}

t.test('a bearer token in a field opens a websocket from any origin', async (t) => {
  const bearing = ['authorization', 'Bearer t0ken', 'origin', 'https://other.example']

  const make: Make = () => bearerAuth({ tokens: { t0ken: ada }, cookie: 'token' })
  t.equal(await opened(make, bearing), 'websocket.accept')
})

t.test('a websocket without credentials has no user, whatever its origin', async (t) => {
  const foreign = ['origin', 'https://other.example']

  t.equal(await opened(byCookie, foreign), 'websocket.accept')
  const optional: Make = () => basicAuth({ users: { ada: 'x' }, optional: true })
  t.equal(await opened(optional, foreign), 'websocket.accept')
})
