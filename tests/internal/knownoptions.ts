// Options that do not exist, which TypeScript tells and JavaScript would pass over in silence.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { requireScopes, requires } from '../../lib/authentication/authentication.ts'
import { channels, memoryBackend, redisBackend } from '../../lib/channels.ts'
import { WebSocketEndpoint } from '../../lib/endpoints.ts'
import { serializeCookie } from '../../lib/http/cookies.ts'
import { knownOptions } from '../../lib/internal/knownoptions.ts'
import { fetchResponse } from '../../lib/interop/fetchresponse.ts'
import { fromFetch } from '../../lib/interop/fromfetch.ts'
import { proxy } from '../../lib/interop/proxy.ts'
import { accessLog } from '../../lib/middleware/accesslog.ts'
import { authentication } from '../../lib/middleware/authentication.ts'
import { basicAuth } from '../../lib/middleware/basicauth.ts'
import { bearerAuth } from '../../lib/middleware/bearerauth.ts'
import { bodyLimit } from '../../lib/middleware/bodylimit.ts'
import { cacheControl } from '../../lib/middleware/cachecontrol.ts'
import { cacheResponse } from '../../lib/middleware/cacheresponse.ts'
import { compress } from '../../lib/middleware/compress.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { csrf } from '../../lib/middleware/csrf.ts'
import { errors } from '../../lib/middleware/errors.ts'
import { etag } from '../../lib/middleware/etag.ts'
import { health } from '../../lib/middleware/health.ts'
import { httpsRedirect } from '../../lib/middleware/httpsredirect.ts'
import { ipRestrict } from '../../lib/middleware/iprestrict.ts'
import { jwt } from '../../lib/middleware/jwt.ts'
import { metrics } from '../../lib/middleware/metrics.ts'
import { proxyHeaders } from '../../lib/middleware/proxyheaders.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { requestId } from '../../lib/middleware/requestid.ts'
import { secureHeaders } from '../../lib/middleware/secureheaders.ts'
import { serverTiming } from '../../lib/middleware/servertiming.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { timeout } from '../../lib/middleware/timeout.ts'
import { tracing } from '../../lib/middleware/tracing.ts'
import { trustedHost } from '../../lib/middleware/trustedhost.ts'
import { MsgPackResponse } from '../../lib/msgpack.ts'
import {
  EventSourceResponse,
  FileResponse,
  HTMLResponse,
  JSONResponse,
  PlainTextResponse,
  RedirectResponse,
  Response,
  StreamingResponse,
} from '../../lib/responses.ts'
import { Host, Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import { serve as serveByBun } from '../../lib/servers/bun.ts'
import { serve as serveByDeno } from '../../lib/servers/deno.ts'
import { toFetch } from '../../lib/servers/fetch.ts'
import { toNode } from '../../lib/servers/hosted.ts'
import { serve } from '../../lib/servers/node.ts'
import { toWorker } from '../../lib/servers/workers.ts'
import { StaticFiles } from '../../lib/staticfiles.ts'
import { memoryStore, redisStore } from '../../lib/stores.ts'
import { templates } from '../../lib/templating.ts'
import { testClient } from '../../lib/testing/client.ts'

const app = Router([])
const nonsense = { nonsense: 1 } as never
const none = (): never => nonsense

/** Each, given an option that it does not have. */
const TABLE: Readonly<Record<string, () => unknown>> = {
  Application: () => Application(nonsense),
  Router: () => Router([], nonsense),
  Route: () => Route('/', none, nonsense),
  WebSocketRoute: () => WebSocketRoute('/', none, nonsense),
  Mount: () => Mount('/', app, nonsense),
  Host: () => Host('a', app, nonsense),
  StaticFiles: () => StaticFiles(nonsense),
  'StaticFiles: cache': () => StaticFiles({ directory: '.', cache: nonsense }),
  WebSocketEndpoint: () => WebSocketEndpoint(nonsense),
  accessLog: () => accessLog(nonsense),
  authentication: () => authentication(nonsense),
  basicAuth: () => basicAuth(nonsense),
  bearerAuth: () => bearerAuth(nonsense),
  bodyLimit: () => bodyLimit(nonsense),
  cacheControl: () => cacheControl(nonsense),
  cacheResponse: () => cacheResponse(nonsense),
  channels: () => channels(nonsense),
  compress: () => compress(nonsense),
  cors: () => cors(nonsense),
  csrf: () => csrf(nonsense),
  errors: () => errors(nonsense),
  etag: () => etag(nonsense),
  fetchResponse: () => fetchResponse(new globalThis.Response(), nonsense),
  fromFetch: () => fromFetch(none, nonsense),
  health: () => health(nonsense),
  httpsRedirect: () => httpsRedirect(nonsense),
  ipRestrict: () => ipRestrict(nonsense),
  jwt: () => jwt(nonsense),
  memoryBackend: () => memoryBackend(nonsense),
  memoryStore: () => memoryStore(nonsense),
  metrics: () => metrics(nonsense),
  proxy: () => proxy('http://127.0.0.1', nonsense),
  proxyHeaders: () => proxyHeaders(nonsense),
  rateLimit: () => rateLimit(nonsense),
  redisBackend: () => redisBackend(nonsense),
  redisStore: () => redisStore(nonsense),
  requestId: () => requestId(nonsense),
  requireScopes: () => requireScopes('x', nonsense),
  requires: () => requires('x', nonsense),
  secureHeaders: () => secureHeaders(nonsense),
  'secureHeaders: strictTransportSecurity': () =>
    secureHeaders({ strictTransportSecurity: nonsense }),
  serve: () => serve(app, nonsense),
  'serve: websocket': () => serve(app, { port: 0, websocket: nonsense }),
  'serve: perMessageDeflate': () =>
    serve(app, { port: 0, websocket: { perMessageDeflate: nonsense } }),
  serverTiming: () => serverTiming(nonsense),
  sessions: () => sessions(nonsense),
  setCookie: () => serializeCookie('a', 'b', nonsense),
  templates: () => templates({ render: () => '' } as never, nonsense),
  testClient: () => testClient(app, nonsense),
  timeout: () => timeout(nonsense),
  toFetch: () => toFetch(app, nonsense),
  toNode: () => toNode(app, nonsense),
  toWorker: () => toWorker(app, nonsense),
  tracing: () => tracing(nonsense),
  trustedHost: () => trustedHost(nonsense),
  Response: () => new Response('', nonsense),
  PlainTextResponse: () => new PlainTextResponse('', nonsense),
  HTMLResponse: () => new HTMLResponse('', nonsense),
  JSONResponse: () => new JSONResponse(1, nonsense),
  MsgPackResponse: () => new MsgPackResponse(1, nonsense),
  RedirectResponse: () => new RedirectResponse('/', nonsense),
  StreamingResponse: () => new StreamingResponse([], nonsense),
  EventSourceResponse: () => new EventSourceResponse([], nonsense),
  FileResponse: () => new FileResponse('a', nonsense),
}

for (const [where, make] of Object.entries(TABLE)) {
  t.test(`${where} refuses an unknown option`, async (t) => {
    const message = new RegExp(`^${where}: unknown option "nonsense"\\. Known options are \\w`)
    await t.rejects(async () => make(), { name: 'TypeError', message })
  })
}

t.test('the servers of other runtimes refuse unknown options too', async (t) => {
  await t.rejects(async () => serveByBun(app, nonsense), /^serve: unknown option "nonsense"/)
  await t.rejects(async () => serveByDeno(app, nonsense), /^serve: unknown option "nonsense"/)
})

t.test('requests of the test client refuse unknown options too', async (t) => {
  await using client = await testClient(app)
  await t.rejects(client.get('/', nonsense), /testClient: request: unknown option "nonsense"/)
  await t.rejects(client.websocket('/', nonsense), /testClient: websocket: unknown option/)
})

t.test('the error suggests the most similar name, if there is one', async (t) => {
  const message = (make: () => unknown): string => {
    try {
      make()
      return ''
    } catch (error) {
      return String(error)
    }
  }
  t.equal(
    message(() => cors({ origin: ['*'] } as never)),
    'TypeError: cors: unknown option "origin". Did you mean "origins"?',
  )
  t.match(
    message(() => Application({ route: [] } as never)),
    /Did you mean "routes"\?$/,
  )
  t.match(
    message(() => serializeCookie('a', 'b', { httponly: true } as never)),
    /mean "httpOnly"/,
  )
  t.match(
    message(() => new JSONResponse(1, { staus: 1 } as never)),
    /Did you mean "status"\?$/,
  )
  await t.rejects(
    async () => serve(app, { certs: {} } as never),
    /option "certs"\. Known options are /,
  )
  t.match(
    message(() => knownOptions('a', { ['x'.repeat(10_000)]: 1 }, 'b' as never)),
    /unknown/,
  )
})

t.test('a factory that gets an app as its options throws, since it was not called', async (t) => {
  const message = 'cors: the options must be an object, a function was given. Call it: cors().'
  t.throws(() => cors((() => {}) as never), { message })
})

t.test('options that are not an object are refused', async (t) => {
  for (const [given, shown] of [
    [null, 'null'],
    [['*'], '["*"]'],
    ['*', '"*"'],
  ] as const) {
    t.throws(() => cors(given as never), {
      name: 'TypeError',
      message: `cors: the options must be an object, ${shown} was given. Write { name: value }.`,
    })
  }
})

t.test('inherited options count, and a subclass of Response may have others', async (t) => {
  t.doesNotThrow(() => cors(Object.create({ origins: ['*'] })))
  t.throws(() => cors(Object.create({ origin: ['*'] })), /unknown option "origin"/)
  class Own extends JSONResponse {}
  t.doesNotThrow(() => new Own(1, { pretty: true } as never))
})
