// What the middleware around an operation refuses requests with is in its document.
import t from 'tap'
import { type Refusing, refusing } from '../../lib/authoring/refusing.ts'
import { when } from '../../lib/authoring/when.ts'
import { except } from '../../lib/authoring.ts'
import { Application, PlainTextResponse, Route } from '../../lib/index.ts'
import { basicAuth } from '../../lib/middleware/basicauth.ts'
import { bearerAuth } from '../../lib/middleware/bearerauth.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { csrf } from '../../lib/middleware/csrf.ts'
import { decompress } from '../../lib/middleware/decompress.ts'
import { earlyData } from '../../lib/middleware/earlydata.ts'
import { idempotency } from '../../lib/middleware/idempotency.ts'
import { ipRestrict } from '../../lib/middleware/iprestrict.ts'
import { jwt } from '../../lib/middleware/jwt.ts'
import { loadShed } from '../../lib/middleware/loadshed.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { timeout } from '../../lib/middleware/timeout.ts'
import { openapi } from '../../lib/openapi.ts'
import { layer, operation, reply } from '../../lib/operations.ts'
import { memoryStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { Middleware } from '../../lib/types.ts'

const INFO = { title: 'Users', version: '1.0.0' }
const LIMITS = [{ max: 1, seconds: 60 }]
const pass: Middleware = (app) => app

/** The statuses of the document with some middleware, besides the one that is declared. */
function statuses(middleware: Middleware, method: 'get' | 'post' = 'get'): string {
  const shown = operation({ responses: { 200: null } }, () => reply(200))
  const routes = [Route('/', { [method]: shown })]
  const document = openapi(Application({ routes, middleware: [middleware] }), INFO)
  return Object.keys(document.paths['/']?.[method]?.responses ?? {})
    .slice(1)
    .join()
}

t.test('each middleware declares the statuses that it refuses with', async (t) => {
  const key = crypto.getRandomValues(new Uint8Array(32))
  const found: Record<string, string> = {
    rateLimit: statuses(rateLimit({ limits: LIMITS })),
    shared: statuses(rateLimit({ limits: LIMITS, store: memoryStore(), name: 'a' })),
    loadShed: statuses(loadShed({ maxInFlight: 1 })),
    timeout: statuses(timeout({ ms: 5000, status: 504 })),
    ipRestrict: statuses(ipRestrict({ allow: ['private'] })),
    basicAuth: statuses(basicAuth({ users: { ada: 'correct horse' } })),
    bearerAuth: statuses(bearerAuth({ tokens: {}, scopes: ['read'] })),
    jwt: statuses(jwt({ keys: key, algorithms: ['HS256'] })),
    remote: statuses(jwt({ keys: new URL('https://example.org/keys'), algorithms: ['ES256'] })),
    nothing: statuses(pass),
  }
  t.same(found, {
    ...{ rateLimit: '429', shared: '429,503', loadShed: '503', timeout: '504', ipRestrict: '403' },
    ...{ basicAuth: '401', bearerAuth: '400,401,403', jwt: '400,401', remote: '400,401,503' },
    nothing: '',
  })
})

t.test('refusals of bodies and unsafe methods are not in the document of a GET', async (t) => {
  for (const method of ['get', 'post'] as const) {
    const isPost = method === 'post'
    t.equal(statuses(bodyLimit({ maxSize: 100 }), method), isPost ? '413' : '')
    t.equal(statuses(decompress(), method), isPost ? '400,413,415' : '')
    t.equal(statuses(csrf(), method), isPost ? '403' : '')
    t.equal(statuses(earlyData(), method), isPost ? '425' : '')
    const once = idempotency({ store: memoryStore(), user: () => 'ada' })
    t.equal(statuses(once, method), isPost ? '400,409,422' : '')
  }
})

t.test('layers, routes and guards do so too, and declared statuses stay', async (t) => {
  const guard: Partial<Refusing> & { of(): void } = { refuses: [451], of: () => {} }
  const limit = rateLimit({ limits: LIMITS })
  const routes = layer({ middleware: [limit], timeout: 100, guards: [guard] }, [
    Route(
      '/',
      operation({ responses: { 200: null, 429: null } }, () => reply(200)),
      { middleware: [refusing([402], pass)] },
    ),
  ])
  const document = openapi(routes, INFO)
  const responses = document.paths['/']?.get?.responses ?? {}
  t.same(Object.keys(responses).sort(), ['200', '402', '429', '451', '503'])
  t.notMatch(Reflect.get(responses, '429'), { $ref: String })
})

t.test('when() and except() declare those of the inner middleware', async (t) => {
  const limit = rateLimit({ limits: LIMITS })
  t.equal(statuses(when(() => true, limit)), '429')
  t.equal(statuses(except(limit, { methods: ['GET'] })), '')
  t.equal(statuses(except(limit, { methods: ['GET'] }), 'post'), '429')
  t.equal(statuses(when(() => true, pass)), '')
})

t.test('the declared status is the status that is sent', async (t) => {
  const middleware = [rateLimit({ limits: LIMITS })]
  const routes = [Route('/', () => new PlainTextResponse('ok'), { middleware })]
  await using client = await testClient(Application({ routes }))
  t.equal((await client.get('/')).status, 200)
  t.equal((await client.get('/')).status, 429)
})

t.test('invalid arguments are refused', async (t) => {
  const invalid = { message: /refusing: the statuses must be a list of integers from 300 to 599/ }
  t.throws(() => refusing([200], pass), invalid)
  t.throws(() => refusing(429 as never, pass), invalid)
  t.throws(() => refusing([429], {} as never), { message: /the middleware must be a function/ })
})
