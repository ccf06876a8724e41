// LS-ROUTE-4: OPTIONS that is answered by itself, and what stays as it was.
import t from 'tap'
import { HTTPException } from '../../lib/exceptions.ts'
import {
  Application,
  Mount,
  PlainTextResponse,
  Route,
  Router,
  WebSocketRoute,
} from '../../lib/index.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { layer } from '../../lib/routing.ts'
import type { App } from '../../lib/types.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf, type Sent } from '../support/sent.ts'

const ok = (): PlainTextResponse => new PlainTextResponse('ok')
const refuse = {
  of: () => {
    throw new HTTPException(403)
  },
}

const send = async (
  app: App,
  path: string,
  method = 'OPTIONS',
  headers: string[] = [],
): Promise<Sent> => responseOf(await call(app, httpScope({ path, method, headers })))

const routes = [
  Route('/get', ok),
  Route('/table', { post: ok, put: ok }),
  Route('/own', { get: ok, options: () => new PlainTextResponse('own') }),
  Route('/any', ok, { methods: [] }),
  Route('/split', ok),
  Route('/split', ok, { methods: ['DELETE'] }),
  WebSocketRoute('/socket', () => {}),
  Mount('/mount', Router([Route('/', ok), Route('/off', ok, { automaticOptions: false })])),
]

const WAYS: Record<string, App> = {
  router: Router(routes, { automaticOptions: true, guards: [refuse] }),
  application: Application({ routes, automaticOptions: true, guards: [refuse] }),
  layer: Router(layer({ automaticOptions: true, guards: [refuse] }, routes)),
}

for (const [where, app] of Object.entries(WAYS)) {
  t.test(`${where}: OPTIONS gets 204 and Allow, without guards`, async (t) => {
    for (const [path, allow] of [
      ['/get', 'GET, HEAD, OPTIONS'],
      ['/table', 'POST, PUT, OPTIONS'],
      ['/split', 'GET, HEAD, DELETE, OPTIONS'],
      ['/mount/', 'GET, HEAD, OPTIONS'],
      ['/mount', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const { status, headers, text } = await send(app, path)
      t.same([status, headers.get('allow'), text], [204, allow, ''], path)
    }
  })

  t.test(`${where}: other methods stay the same`, async (t) => {
    t.equal((await send(app, '/own')).status, 403, 'its own handler is guarded')
    t.equal((await send(app, '/any')).status, 403, 'and so is that of all methods')
    t.equal((await send(app, '/none')).status, 404)
    t.equal((await send(app, '/socket')).status, 404)
    t.equal((await send(app, '/get/')).status, 307)
    t.equal((await send(app, '/get', 'HEAD')).status, 403)
    const off = await send(app, '/mount/off')
    t.same([off.status, off.headers.get('allow')], [405, 'GET, HEAD'])
    const refused = await send(app, '/table', 'GET')
    t.same([refused.status, refused.headers.get('allow')], [405, 'POST, PUT, OPTIONS'])
  })
}

// rt-018 of the recordings of Starlette
t.test('OPTIONS is 405 by default', async (t) => {
  const { status, headers } = await send(Router(routes), '/get')
  t.same([status, headers.get('allow')], [405, 'GET, HEAD'])
})

t.test('cors() answers preflight requests', async (t) => {
  const preflight = ['origin', 'https://a.example', 'access-control-request-method', 'PUT']
  const app = Router(
    [Route('/', { put: ok }, { middleware: [cors({ origins: '*', methods: ['PUT'] })] })],
    { automaticOptions: true },
  )
  const { status, headers } = await send(app, '/', 'OPTIONS', preflight)
  t.equal(status, 200)
  t.equal(headers.get('access-control-allow-origin'), '*')
  const plain = await send(app, '/')
  t.same([plain.status, plain.headers.get('allow')], [204, 'PUT, OPTIONS'])
})
