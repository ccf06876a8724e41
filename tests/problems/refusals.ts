// Every refusal of our own parts is a problem document if problemDetails() is in the application.
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import {
  AuthenticationError,
  requireScopes,
  requires,
} from '../../lib/authentication/authentication.ts'
import { chain } from '../../lib/authoring.ts'
import {
  Application,
  JSONResponse,
  type Middleware,
  Mount,
  PlainTextResponse,
  Route,
} from '../../lib/index.ts'
import { proxy } from '../../lib/interop/proxy.ts'
import { authentication } from '../../lib/middleware/authentication.ts'
import { basicAuth } from '../../lib/middleware/basicauth.ts'
import { bearerAuth } from '../../lib/middleware/bearerauth.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { csrf } from '../../lib/middleware/csrf.ts'
import { etag } from '../../lib/middleware/etag.ts'
import { health } from '../../lib/middleware/health.ts'
import { ipRestrict } from '../../lib/middleware/iprestrict.ts'
import { jwt } from '../../lib/middleware/jwt.ts'
import { proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { timeout } from '../../lib/middleware/timeout.ts'
import { trustedHost } from '../../lib/middleware/trustedhost.ts'
import { msgpack } from '../../lib/msgpack.ts'
import { negotiate } from '../../lib/negotiation.ts'
import { problemDetails } from '../../lib/problems.ts'
import { StaticFiles } from '../../lib/staticfiles.ts'
import { memoryStore } from '../../lib/stores.ts'
import { testClient } from '../../lib/testing/client.ts'

interface Refusal {
  readonly name: string
  readonly status: number
  /** Around the application's routes. */
  readonly middleware?: Middleware
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  /** How often the request is sent (1). */
  readonly times?: number
  /** A field that the refusal has. */
  readonly field?: string
}

const ok = (): PlainTextResponse => new PlainTextResponse('ok')

const SECRET = new TextEncoder().encode('a secret of at least thirty-two bytes')
const NO_KEYS = new URL('http://127.0.0.1:1/jwks')
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const TOKEN = `${encoded({ alg: 'ES256', kid: '1' })}.${encoded({ sub: 'ada' })}.AAAA`
const failing = (): never => {
  throw new AuthenticationError('Who?')
}

const post = { method: 'POST', body: 'x'.repeat(100) }

// LS-ERR-5: 401, 403, 404, 405, 406, 412, 413, 415, 416, 429, 500 to 504.
const REFUSALS: readonly Refusal[] = [
  { name: 'routes', status: 404, path: '/nowhere' },
  { name: 'a method', status: 405, method: 'DELETE', field: 'allow' },
  { name: 'a bug', status: 500, path: '/bug' },
  {
    name: 'basicAuth',
    status: 401,
    middleware: basicAuth({ users: { ada: 'secret' } }),
    field: 'www-authenticate',
  },
  {
    name: 'bearerAuth',
    status: 401,
    middleware: bearerAuth({ tokens: {} }),
    field: 'www-authenticate',
  },
  {
    name: 'bearerAuth: unreadable',
    status: 400,
    middleware: bearerAuth({ tokens: {} }),
    headers: { authorization: 'Bearer (' },
    field: 'www-authenticate',
  },
  {
    name: 'jwt',
    status: 401,
    middleware: jwt({ keys: SECRET, algorithms: ['HS256'] }),
    field: 'www-authenticate',
  },
  {
    name: 'jwt: no keys',
    status: 503,
    middleware: jwt({ keys: NO_KEYS, algorithms: ['ES256'], onError: () => {} }),
    headers: { authorization: `Bearer ${TOKEN}` },
  },
  { name: 'authentication', status: 400, middleware: authentication({ backends: [failing] }) },
  {
    name: 'requires',
    status: 403,
    middleware: authentication({ backends: [() => null] }),
    path: '/members',
  },
  {
    name: 'requireScopes',
    status: 403,
    middleware: chain(authentication({ backends: [() => null] }), requireScopes('user')),
  },
  {
    name: 'csrf',
    status: 403,
    middleware: csrf(),
    ...post,
    headers: { origin: 'http://evil.example' },
  },
  { name: 'ipRestrict', status: 403, middleware: ipRestrict({ allow: ['10.0.0.0/8'] }) },
  {
    name: 'bodyLimit',
    status: 413,
    middleware: bodyLimit({ maxSize: 10 }),
    path: '/text',
    ...post,
  },
  { name: 'a body', status: 413, path: '/text', ...post },
  { name: 'JSON: its type', status: 415, path: '/json', ...post },
  {
    name: 'JSON: invalid',
    status: 400,
    path: '/json',
    ...post,
    headers: { 'content-type': 'application/json' },
  },
  { name: 'msgpack', status: 415, path: '/msgpack', ...post },
  {
    name: 'a form',
    status: 400,
    path: '/form',
    ...post,
    headers: { 'content-type': 'multipart/form-data' },
  },
  {
    name: 'a form: encoded',
    status: 415,
    path: '/form',
    ...post,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
  },
  {
    name: 'rateLimit',
    status: 429,
    middleware: rateLimit({ limits: [{ max: 1, seconds: 60 }] }),
    times: 2,
    field: 'retry-after',
  },
  { name: 'timeout', status: 504, middleware: timeout({ ms: 1, status: 504 }), path: '/never' },
  { name: 'trustedHost', status: 400, middleware: trustedHost({ allowedHosts: ['example.org'] }) },
  {
    name: 'proxyHeaders',
    status: 400,
    middleware: proxyHeaders({ trusted: ['0.0.0.0/0', '::/0'] }),
    headers: { 'x-forwarded-proto': 'gopher' },
  },
  {
    name: 'cors',
    status: 400,
    middleware: cors({ origins: ['http://a.example'] }),
    method: 'OPTIONS',
    headers: { origin: 'http://b.example', 'access-control-request-method': 'PUT' },
  },
  { name: 'etag', status: 412, middleware: etag(), headers: { 'if-match': '"other"' } },
  {
    name: 'health',
    status: 405,
    middleware: health({}),
    path: '/livez',
    method: 'POST',
    field: 'allow',
  },
  {
    name: 'cacheResponse',
    status: 504,
    middleware: cacheResponse({ store: memoryStore(), ttl: 60 }),
    headers: { 'cache-control': 'only-if-cached' },
  },
  { name: 'static files', status: 404, path: '/static/nothing' },
  {
    name: 'static files: a method',
    status: 405,
    path: '/static/a.txt',
    method: 'POST',
    field: 'allow',
  },
  {
    name: 'static files: a range',
    status: 416,
    path: '/static/a.txt',
    headers: { range: 'bytes=99-' },
    field: 'content-range',
  },
  {
    name: 'static files: a precondition',
    status: 412,
    path: '/static/a.txt',
    headers: { 'if-match': '"x"' },
  },
  {
    name: 'negotiate',
    status: 406,
    path: '/negotiated',
    headers: { accept: 'application/problem+json' },
  },
  { name: 'a proxy', status: 502, path: '/proxy' },
]

async function answerTo(t: Test, refusal: Refusal): Promise<Response> {
  const { middleware, path = '/', method = 'GET', headers = {}, body, times = 1 } = refusal
  await using upstream = proxy('http://127.0.0.1:1', { onError: () => {} })
  const methods = { methods: ['GET', 'POST'] }
  const app = Application({
    routes: [
      Route('/', ok, methods),
      Route('/bug', () => Promise.reject(new Error('kaput'))),
      Route('/members', requires('user')(ok)),
      Route(
        '/text',
        async (request) => new PlainTextResponse(await request.text({ maxSize: 50 })),
        methods,
      ),
      Route('/json', async (request) => new JSONResponse(await request.json()), methods),
      Route('/msgpack', async (request) => new JSONResponse(await msgpack(request)), methods),
      Route('/form', async (request) => new JSONResponse([...(await request.form())]), methods),
      Route('/never', () => setTimeout(1000, ok())),
      Route('/negotiated', (request) =>
        negotiate(request, { 'application/json': () => new JSONResponse({}) }),
      ),
      Mount('/static', StaticFiles({ directory: t.testdir({ 'a.txt': 'hello' }) })),
      Mount('/proxy', upstream),
    ],
    middleware: middleware === undefined ? [] : [middleware],
    exceptionHandlers: [...problemDetails()],
  })
  const from = { client: { host: '127.0.0.1', port: 50_000 } }
  await using client = await testClient(app, { raiseServerExceptions: false, ...from })
  let response = new globalThis.Response()
  for (let time = 0; time < times; time++) {
    response = await client.request(method, path, {
      headers,
      ...(body === undefined ? {} : { body }),
    })
  }
  return new globalThis.Response(await response.text(), response)
}

for (const refusal of REFUSALS) {
  t.test(`${refusal.name}: ${refusal.status}`, async (t) => {
    const response = await answerTo(t, refusal)

    t.equal(response.status, refusal.status)
    t.equal(response.headers.get('content-type'), 'application/problem+json')
    t.match(response.headers.get('vary'), /\baccept\b/i)
    if (refusal.field !== undefined) t.ok(response.headers.has(refusal.field), refusal.field)
    t.match(await response.json(), { type: 'about:blank', status: refusal.status, title: /./ })
  })
}
