// Published advisories about requests that other sites send, and that they do not work here.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { csrf } from '../../lib/middleware/csrf.ts'
import { sessions } from '../../lib/middleware/sessions.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'
import { alive, assertAlive } from '../support/alive.ts'
import { call, httpScope, websocketScope } from '../support/scopes.ts'
import { listening, request, statuses } from '../support/sockets.ts'

const TYPES = [
  [],
  ['content-type:'],
  ['content-type: Application/X-WWW-Form-URLencoded'],
  ['content-type: MULTIPART/form-data; boundary=a'],
  ['content-type: text/plain'],
  ['content-type: application/json'],
  ['content-type: application/json', 'content-type: text/plain'],
]

const FOREIGN = [
  [],
  ['origin: http://evil.example'],
  ['origin: null'],
  ['origin: http://test.evil.example'],
  ['origin: http://test@evil.example'],
  ['origin: https://test'],
  ['sec-fetch-site: cross-site'],
  ['sec-fetch-site: same-site'],
  ['sec-fetch-site: cross-site', 'origin: http://test'],
  ['sec-fetch-site:'],
  ['referer: http://test/'],
  ['x-forwarded-host: evil.example', 'origin: http://evil.example'],
]

t.test('hono CVE-2024-43787, CVE-2024-48913: the content type does not matter', async (t) => {
  const routes = [alive, Route('/', { post: () => new PlainTextResponse('changed') })]
  const served = await listening(t, Application({ routes, middleware: [csrf()] }))
  const post = async (fields: readonly string[]): Promise<number | undefined> => {
    const all = ['connection: close', 'content-length: 0', ...fields]
    return statuses(await served.talk(request('POST /', all)))[0]
  }

  for (const type of TYPES) {
    for (const from of FOREIGN)
      t.equal(await post([...type, ...from]), 403, [...type, ...from].join())
    t.equal(await post([...type, 'origin: http://test']), 200)
    t.equal(await post([...type, 'sec-fetch-site: same-origin']), 200)
  }
  await assertAlive(t, served)
})

t.test('hono CVE-2024-48913: a request over https without Origin is refused too', async (t) => {
  const app = csrf()(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body' })
  })
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'QUERY', 'post']) {
    const headers = ['host', 'test', 'referer', 'https://test/']

    const [start] = await call(app, httpScope({ method, scheme: 'https', headers }))

    t.match(start, { status: 403 }, method)
  }
})

// Advisory row 109.
t.test('cross-site websocket hijacking: another origin gets 403 before the app', async (t) => {
  const PAGES: readonly (readonly [fields: string[], isRefused: boolean])[] = [
    [['origin', 'https://evil.example'], true],
    [['origin', 'http://testserver.evil.example'], true],
    [['origin', 'http://testserver:8000'], true],
    [['origin', 'http://testserver@evil.example'], true],
    [['origin', 'null'], true],
    [['origin', ''], true],
    [['sec-fetch-site', 'cross-site'], true],
    [['sec-fetch-site', 'same-site', 'origin', 'http://testserver'], true],
    [['origin', 'https://evil.example', 'x-forwarded-host', 'evil.example'], true],
    [['origin', 'http://testserver'], false],
    [['origin', 'https://testserver'], false],
    [[], false],
  ]
  for (const middleware of [
    sessions({ secret: 'a secret of 32 bytes, for tests only' }),
    sessions({ store: memoryStore() }),
    csrf(),
  ]) {
    for (const [fields, isRefused] of PAGES) {
      let opened = 0
      const app = middleware(async (_scope, _receive, send) => {
        opened++
        await send({ type: 'websocket.accept' })
      })
      const headers = ['host', 'testserver', 'cookie', 'session=a', ...fields]

      const [first] = await call(app, websocketScope({ headers }))

      if (isRefused) t.match(first, { type: 'websocket.http.response.start', status: 403 })
      else t.match(first, { type: 'websocket.accept' })
      t.equal(opened, isRefused ? 0 : 1, fields.join())
    }
  }
})
