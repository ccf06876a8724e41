import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { HTTPException } from '../../lib/exceptions.ts'
import { type CORSOptions, cors } from '../../lib/middleware/cors.ts'
import { PlainTextResponse } from '../../lib/responses/bodies.ts'
import { toApp } from '../../lib/responses/response.ts'
import { Mount, Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import type { App, Middleware } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { assertUntouched } from '../support/untouched.ts'

const ORIGIN = 'https://example.org'
const SITE = { origins: [ORIGIN], exposeHeaders: ['x-status'], credentials: true }

const home: App = toApp(new PlainTextResponse('home'), 'the test')

/** The fields that matter to a browser, and to a cache. */
async function fieldsFrom(
  options: CORSOptions,
  origin: string | undefined,
  request: { method?: string; headers?: readonly string[]; app?: App } = {},
): Promise<Record<string, string | number | undefined>> {
  const { method = 'GET', headers = [], app = home } = request
  const origins = origin === undefined ? [] : ['origin', origin]
  const scope = httpScope({ method, headers: ['host', 'a', ...origins, ...headers] })
  const { status, headers: sent, text } = responseOf(await call(cors(options)(app), scope))
  const wanted = [...sent].filter(([name]) => name === 'vary' || name.startsWith('access-control'))
  const short = wanted.map(([name, value]) => [name.replace('access-control-', ''), value])
  return { status, text, ...Object.fromEntries(short) }
}

const preflight = (options: CORSOptions, origin: string, method = 'GET') =>
  fieldsFrom(options, origin, {
    method: 'OPTIONS',
    headers: ['access-control-request-method', method],
  })

const FINE = { status: 200, text: 'home' }
const OPEN = { 'allow-origin': '*', 'expose-headers': 'x-status' }
const GRANTED = {
  'allow-origin': ORIGIN,
  'allow-credentials': 'true',
  'expose-headers': 'x-status',
  vary: 'Origin',
}

// MW-CORS-11, MW-CORS-16
t.test('an allowed origin gets the CORS fields', async (t) => {
  t.same(await fieldsFrom(SITE, ORIGIN), { ...FINE, ...GRANTED })
})

// MW-CORS-12, where Starlette tells of credentials, and not of Vary
t.test('a disallowed origin gets the response without CORS fields', async (t) => {
  t.same(await fieldsFrom(SITE, 'https://evil.test'), { ...FINE, vary: 'Origin' })
  t.same(await fieldsFrom(SITE, ''), { ...FINE, vary: 'Origin' })
})

// MW-CORS-3, but for caches
t.test('a response without an origin may be cached for one with an origin', async (t) => {
  t.same(await fieldsFrom(SITE, undefined), { ...FINE, vary: 'Origin' })
  t.same(await fieldsFrom({ origins: '*' }, undefined), { ...FINE, 'allow-origin': '*' })
})

// MW-CORS-10
t.test('’*’ allows all origins in the same way', async (t) => {
  const options: CORSOptions = { origins: '*', exposeHeaders: ['x-status'] }

  t.same(await fieldsFrom(options, ORIGIN), { ...FINE, ...OPEN })
  t.same(await fieldsFrom(options, 'null'), { ...FINE, ...OPEN })
})

t.test('without origins, no origin is allowed', async (t) => {
  t.same(await fieldsFrom({}, ORIGIN), FINE)
  t.same(await preflight({}, ORIGIN), {
    status: 400,
    text: 'Disallowed CORS origin',
    vary: 'Origin',
  })
})

// MW-CORS-14
t.test('Vary is extended, each name once', async (t) => {
  const varying = (vary: string): App =>
    toApp(new PlainTextResponse('home', { headers: { vary } }), 'the test')
  for (const [own, expected] of [
    ['Accept-Encoding', 'Accept-Encoding, Origin'],
    ['origin', 'origin'],
    ['*', '*'],
  ] as const) {
    const { vary } = await fieldsFrom(SITE, ORIGIN, { app: varying(own) })
    t.equal(vary, expected)
  }
})

t.test('fields of the app are replaced for allowed origins', async (t) => {
  const headers = { 'access-control-allow-origin': 'https://own.example' }
  const app = toApp(new PlainTextResponse('home', { headers }), 'the test')

  t.equal((await fieldsFrom(SITE, ORIGIN, { app }))['allow-origin'], ORIGIN)
})

// MW-CORS-4, MW-CORS-5
t.test('a preflight is answered without the app', async (t) => {
  t.same(await preflight({ ...SITE, methods: ['PUT'] }, ORIGIN, 'PUT'), {
    status: 200,
    text: 'OK',
    vary: 'Origin',
    'allow-origin': ORIGIN,
    'allow-methods': 'PUT',
    'max-age': '600',
    'allow-headers': 'Accept, Accept-Language, Content-Language, Content-Type',
    'allow-credentials': 'true',
  })
  t.same(await preflight({ origins: '*', headers: '*' }, ORIGIN), {
    status: 200,
    text: 'OK',
    vary: 'Access-Control-Request-Headers',
    'allow-origin': '*',
    'allow-methods': 'GET',
    'max-age': '600',
  })
})

t.test('CORS fields of an inner app are removed', async (t) => {
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'x-secret',
  }
  const app = toApp(new PlainTextResponse('home', { headers }), 'the test')

  const some = { origins: [ORIGIN] }
  for (const origin of ['https://evil.test', 'null', undefined]) {
    t.same(await fieldsFrom(some, origin, { app }), { ...FINE, vary: 'Origin' }, String(origin))
    t.same(await fieldsFrom({}, origin, { app }), FINE, String(origin))
  }
  t.same(await fieldsFrom(some, ORIGIN, { app }), {
    ...FINE,
    'allow-origin': ORIGIN,
    'expose-headers': 'x-secret',
    vary: 'Origin',
  })
})

// MW-CORS-8, MW-CORS-9
t.test('a refused preflight says why', async (t) => {
  const refused = await preflight(SITE, ORIGIN, 'DELETE')
  const stranger = await preflight(SITE, 'https://evil.test', 'DELETE')

  t.match(refused, { status: 400, text: 'Disallowed CORS method', 'allow-origin': ORIGIN })
  t.same(stranger, { status: 400, text: 'Disallowed CORS origin, method', vary: 'Origin' })
})

// MW-CORS-19
t.test('OPTIONS without a preflight reaches the app', async (t) => {
  t.match(await fieldsFrom(SITE, ORIGIN, { method: 'OPTIONS' }), { ...FINE, ...GRANTED })
  const headers = ['access-control-request-method', 'GET']
  t.match(await fieldsFrom(SITE, undefined, { method: 'OPTIONS', headers }), FINE)
})

t.test('a function for origins may be async', async (t) => {
  const origins = async (origin: string): Promise<boolean> => origin === ORIGIN

  t.match(await fieldsFrom({ origins }, ORIGIN), { ...FINE, 'allow-origin': ORIGIN })
  t.same(await fieldsFrom({ origins }, 'https://evil.test'), { ...FINE, vary: 'Origin' })
  t.match(await preflight({ origins }, ORIGIN), { status: 200, vary: 'Origin' })
})

// MW-CORS-15
t.test('requests do not see each other', async (t) => {
  const origins = ['https://a.test', 'https://b.test']
  const response = new PlainTextResponse('home')
  const app = toApp(response, 'the test')
  for (const origin of [...origins, ...origins]) {
    t.equal((await fieldsFrom({ origins }, origin, { app }))['allow-origin'], origin)
  }
  t.notOk(response.headers.has('access-control-allow-origin'))
})

// MW-CORS-21, where Starlette leaves bugs without
t.test('responses to errors have the fields too, at any level', async (t) => {
  const refusing: Middleware = (app) => (scope, receive, send) => {
    if (scope.type === 'http' && scope.path === '/refused') throw new HTTPException(401)
    return app(scope, receive, send)
  }
  const app = Application({
    middleware: [cors(SITE), refusing],
    routes: [
      Route('/bug', () => {
        throw new Error('kaput')
      }),
      Route('/missing', () => {
        throw new HTTPException(404)
      }),
    ],
  })
  await using client = await testClient(app, { raiseServerExceptions: false })
  for (const [path, status] of [
    ['/bug', 500],
    ['/missing', 404],
    ['/nowhere', 404],
    ['/refused', 401],
  ] as const) {
    const response = await client.get(path, { headers: { origin: ORIGIN } })
    t.equal(response.status, status)
    t.equal(response.headers.get('access-control-allow-origin'), ORIGIN, path)
    t.equal(response.headers.get('vary'), 'Origin', path)
  }
})

t.test('wraps a single mount as well', async (t) => {
  const app = Application({
    routes: [
      Mount('/api', home, { middleware: [cors(SITE)] }),
      Route('/', () => new PlainTextResponse('home')),
    ],
  })
  await using client = await testClient(app)
  const headers = { origin: ORIGIN }

  const api = await client.get('/api/x', { headers })
  const root = await client.get('/', { headers })

  t.equal(api.headers.get('access-control-allow-origin'), ORIGIN)
  t.equal(root.headers.get('access-control-allow-origin'), null)
})

// MW-CORS-20
t.test('other scopes pass unchanged', (t) => assertUntouched(t, cors(SITE), websocketScope()))

t.test('returns what the app returns', async (t) => {
  const done = Promise.resolve()
  for (const options of [SITE, {}, { origins: '*' } as const]) {
    t.equal(
      cors(options)(() => done)(
        httpScope(),
        () => new Promise(() => {}),
        async () => {},
      ),
      done,
    )
  }
})

t.test('invalid options throw at once', async (t) => {
  t.throws(() => cors({ exposeHeaders: ['a b'] }), {
    message: /^cors: exposeHeaders must be a list/,
  })
  t.throws(() => cors({ credentials: true }), {
    message: /^cors: credentials need a list of origins/,
  })
  t.throws(() => cors({ maxAge: -1 }), { message: /^cors: maxAge must be/ })
})
