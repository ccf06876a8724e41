// LS-HOOK-1, LS-APP-2, LS-RESP-5: what layers do to answers: response maps, hooks, fields, times and sizes.
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import {
  Application,
  Mount,
  PlainTextResponse,
  type Request,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { timeout } from '../../lib/middleware/timeout.ts'
import { toApp } from '../../lib/responses/response.ts'
import { StreamingResponse } from '../../lib/responses.ts'
import { type LayerOutcome, layer } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const get = async (app: App, path = '/', scope = {}): Promise<Sent> =>
  responseOf(await call(app, httpScope({ path, ...scope })))

const ok = (): PlainTextResponse => new PlainTextResponse('ok')
const boundary = (): never => {
  throw new HTTPException(418)
}

t.test('mapResponse gets the response of the handler and its request', async (t) => {
  const app = Router(
    [
      Route('/{name}', ok),
      Route('/fails/now', boundary),
      Route('/app/now', () => toApp(ok(), 'the test')),
    ],
    {
      mapResponse: async (response, request) =>
        new PlainTextResponse(`${response.status} ${request.pathParams['name']}`),
    },
  )
  t.equal((await get(app, '/a')).text, '200 a')
  t.equal((await get(app, '/fails/now')).status, 418, 'answers to errors pass by')
  t.equal((await get(app, '/app/now')).text, 'ok', 'and so do apps')
})

t.test(
  'an error of mapResponse is one of the handler, and it must return a response',
  async (t) => {
    const failing = Application({ routes: [Route('/', ok)], mapResponse: boundary })
    t.equal((await get(failing)).status, 418)
    const empty = Router([Route('/', ok)], { mapResponse: (() => {}) as never })
    await t.rejects(get(empty), /Route "\/": the handler must (?:return|be)/)
  },
)

t.test('afterResponse gets the outcome, of errors, 404 and 405 too', async (t) => {
  const seen: [path: string, outcome: LayerOutcome][] = []
  const bug = new Error('bug')
  const app = Application({
    routes: [
      Route('/', ok),
      Route('/teapot', boundary),
      Route('/bug', () => {
        throw bug
      }),
      WebSocketRoute('/socket', async (websocket) => {
        await websocket.accept()
        await websocket.close()
      }),
    ],
    afterResponse: ({ url }, outcome) => seen.push([url.pathname, outcome]),
  })
  for (const path of ['/', '/teapot', '/none']) await get(app, path)
  await get(app, '/', { method: 'PUT' })
  await t.rejects(get(app, '/bug'), bug)
  await call(app, websocketScope({ path: '/socket' }), [{ type: 'websocket.connect' }])

  t.same(seen, [
    ['/', { status: 200, error: undefined }],
    ['/teapot', { status: 418, error: undefined }],
    ['/none', { status: 404, error: undefined }],
    ['/', { status: 405, error: undefined }],
    ['/bug', { status: 500, error: bug }],
    ['/socket', { status: 101, error: undefined }],
  ])
})

t.test('an error of afterResponse is only logged', async (t) => {
  const logged = t.capture(console, 'error')
  const app = Router([Route('/', ok)], { afterResponse: boundary })
  t.equal((await get(app)).text, 'ok')
  t.match(
    logged().map(({ args }) => args),
    [[/^afterResponse failed: /]],
  )
})

t.test('header fields are added to every response that does not have them', async (t) => {
  const app = Router(
    [
      Route('/', () => new PlainTextResponse('ok', { headers: { 'x-one': 'own' } })),
      Route('/fails', boundary),
    ],
    { headers: { 'X-One': 'layer', 'x-two': 'layer' } },
  )
  const fields = async (path: string): Promise<(string | null)[]> => {
    const { headers } = await get(app, path)
    return [headers.get('x-one'), headers.get('x-two')]
  }
  t.same(await fields('/'), ['own', 'layer'])
  t.same(await fields('/fails'), ['layer', 'layer'])
  t.same(await fields('/none'), ['layer', 'layer'])
})

t.test('cacheControl applies to cacheable responses, and the nearest one counts', async (t) => {
  const app = Router(
    [
      Route('/', { get: ok, post: ok }),
      Route('/none', ok, { cacheControl: false }),
      Route('/own', () => new PlainTextResponse('ok', { headers: { expires: '0' } })),
      Route('/fails', boundary),
      Route('/cookie', () => {
        const response = ok()
        response.setCookie('a', 'b')
        return response
      }),
      Route(
        '/private',
        () => {
          const response = ok()
          response.setCookie('a', 'b')
          return response
        },
        { cacheControl: 'private, max-age=1' },
      ),
    ],
    { cacheControl: 'public, max-age=60' },
  )
  const field = async (path: string, method = 'GET'): Promise<string | null> =>
    (await get(app, path, { method })).headers.get('cache-control')
  t.equal(await field('/'), 'public, max-age=60')
  t.equal(await field('/', 'HEAD'), 'public, max-age=60')
  t.equal(await field('/', 'POST'), null)
  t.equal(await field('/none'), null)
  t.equal(await field('/own'), null)
  t.equal(await field('/fails'), null)
  t.equal(await field('/cookie'), null)
  t.equal(await field('/private'), 'private, max-age=1')
})

const slow = async (request: Request): Promise<PlainTextResponse> => {
  await sleep(60)
  return new PlainTextResponse(request.signal.aborted ? 'aborted' : 'in time')
}

t.test('the nearest timeout counts, even if it is longer, or off', async (t) => {
  const app = Application({
    routes: [
      Route('/short', slow),
      Mount('/long', Router([Route('/', slow)], { timeout: 60_000 })),
      Route('/none', slow, { timeout: false }),
      Route('/other', slow, { timeout: { ms: 10, status: 504 } }),
      Route('/hard', slow, { timeout: 60_000, middleware: [timeout({ ms: 20 })] }),
    ],
    timeout: 20,
  })
  const statuses = await Promise.all(
    ['/short', '/long', '/none', '/other', '/hard'].map(
      async (path) => (await get(app, path)).status,
    ),
  )
  t.same(statuses, [503, 200, 200, 504, 503])
})

t.test(
  'the response of a timeout has the fields of its layer, and afterResponse its status',
  async (t) => {
    const outcomes: LayerOutcome[] = []
    const app = Router([Route('/', slow)], {
      timeout: 20,
      headers: { 'x-one': 'layer' },
      afterResponse: (_connection, outcome) => outcomes.push(outcome),
    })
    const { status, headers } = await get(app)
    t.same([status, headers.get('x-one')], [503, 'layer'])
    t.match(outcomes, [{ status: 503 }])
  },
)

t.test('an inner layer may remove the time limit of a stream after its start', async (t) => {
  async function* parts() {
    yield 'a'
    await sleep(50)
    yield 'b'
  }
  const routes = [
    Route('/', () => new StreamingResponse(parts()), { timeout: { ms: 20, untilStart: true } }),
    Route('/late', slow, { timeout: { ms: 20, untilStart: true } }),
  ]
  const app = Router(layer({ timeout: 10 }, routes))
  t.equal((await get(app)).text, 'ab')
  t.equal((await get(app, '/late')).status, 503)
})

t.test('a request that is repeated gets its limits again', async (t) => {
  const twice =
    (app: App): App =>
    async (scope, receive, send) => {
      await app(scope, receive, async () => {})
      await app(scope, receive, send)
    }
  const app = Router(
    layer({ timeout: 20, cacheControl: 'no-store' }, [Route('/', ok), Route('/slow', slow)]),
    {
      middleware: [twice],
    },
  )
  t.equal((await get(app)).headers.get('cache-control'), 'no-store')
  t.equal((await get(app, '/slow')).status, 503)
})

t.test('bodyLimit of a layer applies to every reader inside', async (t) => {
  const app = Router(layer({ bodyLimit: 3 }, [Mount('/', toApp(ok(), 'the test'))]))
  const post = async (length: number): Promise<number | undefined> => {
    const body = new Uint8Array(length)
    const scope = httpScope({ method: 'POST', headers: ['content-length', `${length}`] })
    return responseOf(await call(app, scope, [{ type: 'http.request', body, moreBody: false }]))
      .status
  }
  t.equal(await post(3), 200)
  t.equal(await post(4), 413)
})
