import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import { attributesOf, FIELDS, faultOf, tracing } from '../../lib/middleware/tracing.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Mount, Route, Router, WebSocketRoute } from '../../lib/routing.ts'
import type { App, HTTPScope } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { assertUntouched } from '../support/untouched.ts'

const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(new W3CTraceContextPropagator())

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const TRACEPARENT = ['traceparent', `00-${TRACE}-${PARENT}-01`]

const bug = new TypeError('kaput')

const router = Router([
  Mount(
    '/users',
    Router([
      Route('/{id:int}', async () => {
        await null
        trace.getTracer('handler').startSpan('query').end()
        return new PlainTextResponse('hello')
      }),
    ]),
  ),
  Route('/boom', () => {
    throw bug
  }),
  Route('/busy', () => new PlainTextResponse('busy', { status: 503 })),
  WebSocketRoute('/chat', async (websocket) => {
    await websocket.accept()
    await websocket.close()
  }),
])

/** The spans of one call, in the order in which they ended. */
async function spansOf(app: App, scope: Parameters<App>[0]): Promise<ReadableSpan[]> {
  exporter.reset()
  await call(app, scope).catch(() => {})
  return exporter.getFinishedSpans()
}

const get = (path: string, more: Partial<HTTPScope> = {}): HTTPScope =>
  httpScope({ path, rawPath: path, ...more })

t.test('a request is a span, by the conventions', async (t) => {
  const scope = get('/users/7', {
    queryString: 'q=1&token=secret',
    headers: ['host', 'Shop.example:8000', 'user-agent', 'curl/8'],
  })
  const [, span] = await spansOf(tracing()(router), scope)

  t.equal(span?.name, 'GET /users/{id:int}')
  t.equal(span?.kind, SpanKind.SERVER)
  t.equal(span?.status.code, SpanStatusCode.UNSET)
  t.equal(span?.instrumentationScope.name, 'stellula')
  t.same(span?.attributes, {
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'url.path': '/users/7',
    'url.query': 'q=1&token=[redacted]',
    'network.protocol.version': '1.1',
    'server.address': 'shop.example',
    'server.port': 8000,
    'client.address': '127.0.0.1',
    'client.port': 50_000,
    'user_agent.original': 'curl/8',
    'http.route': '/users/{id:int}',
    'http.response.status_code': 200,
  })
})

t.test('spans of the handler are its children, also after an await', async (t) => {
  const [child, span] = await spansOf(tracing()(router), get('/users/7'))

  t.equal(child?.name, 'query')
  t.equal(child?.parentSpanContext?.spanId, span?.spanContext().spanId)
  t.equal(span?.parentSpanContext, undefined)
})

t.test('concurrent requests do not share a span', async (t) => {
  exporter.reset()
  const app = tracing()(router)

  await Promise.all([1, 2, 3].map((id) => call(app, get(`/users/${id}`))))

  const spans = exporter.getFinishedSpans()
  const parents = spans
    .filter(({ name }) => name === 'query')
    .map((span) => span.parentSpanContext?.spanId)
  t.equal(new Set(parents).size, 3)
  t.notOk(parents.includes(undefined))
})

t.test('continues the trace of the client', async (t) => {
  const [, span] = await spansOf(tracing()(router), get('/users/7', { headers: TRACEPARENT }))

  t.equal(span?.spanContext().traceId, TRACE)
  t.equal(span?.parentSpanContext?.spanId, PARENT)
  t.same(span?.links, [])
})

t.test('or begins a new one, linked to it', async (t) => {
  const app = tracing({ continueTraces: false })(router)

  const [child, span] = await spansOf(app, get('/users/7', { headers: TRACEPARENT }))
  t.not(span?.spanContext().traceId, TRACE)
  t.equal(span?.parentSpanContext, undefined)
  t.match(span?.links, [{ context: { traceId: TRACE, spanId: PARENT } }])
  t.equal(child?.spanContext().traceId, span?.spanContext().traceId)

  const [, alone] = await spansOf(app, get('/users/7'))
  t.same(alone?.links, [])
})

t.test('an invalid traceparent is ignored', async (t) => {
  for (const value of ['', 'x', `00-${'0'.repeat(32)}-${PARENT}-01`, 'a'.repeat(16_000)]) {
    const [, span] = await spansOf(
      tracing()(router),
      get('/users/7', { headers: ['traceparent', value] }),
    )
    t.equal(span?.parentSpanContext, undefined)
  }
})

t.test('fails when the server does', async (t) => {
  const [boom] = await spansOf(tracing()(router), get('/boom'))
  t.match(boom, {
    name: 'GET /boom',
    status: { code: SpanStatusCode.ERROR },
    attributes: { 'error.type': 'TypeError', 'http.response.status_code': 500 },
    events: [{ name: 'exception', attributes: { 'exception.message': 'kaput' } }],
  })
  const [busy] = await spansOf(tracing()(router), get('/busy'))
  t.match(busy, { status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': '503' } })
  const [missing] = await spansOf(tracing()(router), get('/none'))
  t.match(missing, { name: 'GET', status: { code: SpanStatusCode.UNSET } })
  t.notOk('http.route' in (missing?.attributes ?? {}))
})

t.test('an error is a word', async (t) => {
  const table: [number, unknown, string | undefined][] = [
    [200, undefined, undefined],
    [404, undefined, undefined],
    [404, new HTTPException(404), undefined],
    [500, undefined, '500'],
    [500, bug, 'TypeError'],
    [500, 'text', '500'],
    [200, bug, 'TypeError'],
    [499, undefined, undefined],
  ]
  for (const [status, error, expected] of table) t.equal(faultOf({ status, error }), expected)
})

t.test('a thrown value need not be an error', async (t) => {
  const app: App = () => Promise.reject('text')

  const [span] = await spansOf(tracing()(app), get('/'))

  t.match(span?.events, [{ attributes: { 'exception.message': 'text' } }])
})

t.test('a websocket is a span until it is closed', async (t) => {
  exporter.reset()
  const connect = [{ type: 'websocket.connect' } as const]
  await call(tracing()(router), websocketScope({ path: '/chat', rawPath: '/chat' }), connect)

  t.match(exporter.getFinishedSpans(), [
    { name: 'GET /chat', attributes: { 'url.scheme': 'ws', 'http.response.status_code': 101 } },
  ])
})

t.test('an unknown method is not part of the name', async (t) => {
  const [span] = await spansOf(tracing()(router), get('/none', { method: 'BREW' }))

  t.equal(span?.name, 'HTTP')
  t.match(span?.attributes, {
    'http.request.method': '_OTHER',
    'http.request.method_original': 'BREW',
  })
})

t.test('unknown attributes are omitted', async (t) => {
  const attributes = attributesOf(httpScope({ client: null, server: null, headers: [] }))

  t.same(attributes, {
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'url.path': '/',
    'network.protocol.version': '1.1',
  })
})

t.test('skips requests by the option, and other scopes', async (t) => {
  const app = tracing({ skip: ({ path }) => path === '/none' })

  t.same(await spansOf(app(router), get('/none')), [])
  await assertUntouched(t, app)
})

t.test('propagators see the fields of the request', async (t) => {
  t.same(FIELDS.keys(['a', '1', 'b', '2']), ['a', 'b'])
  t.equal(FIELDS.get(['a', '1', 'b', '2'], 'B'), '2')
  t.equal(FIELDS.get(['a', '1'], '1'), undefined)
})

t.test('uses a given tracer', async (t) => {
  const [span] = await spansOf(tracing({ tracer: trace.getTracer('mine') })(router), get('/busy'))

  t.equal(span?.instrumentationScope.name, 'mine')
  for (const tracer of [null, {}, 'x']) {
    t.throws(() => tracing({ tracer: tracer as never }), /^tracing: the tracer must have startSpan/)
  }
})

t.test('refuses a skip that is not a function', async (t) => {
  t.throws(() => tracing({ skip: '/health' as never }), {
    name: 'TypeError',
    message: 'tracing: skip must be a function, "/health" was given. Write ({ path }) => ….',
  })
})
