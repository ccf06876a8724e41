// Middleware has the name of its factory, which `routes()` and `stellula routes` show.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { requireScopes } from '../../lib/authentication/authentication.ts'
import { except, httpMiddleware, mapResponseStart, mapScope, when } from '../../lib/authoring.ts'
import { fromConnect, onHandshake } from '../../lib/interop/fromconnect.ts'
import { cors } from '../../lib/middleware/cors.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route, Router, routes } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'

/** The options of the factories that need some. */
const GIVEN: Readonly<Record<string, unknown>> = {
  authentication: { backends: [() => null] },
  basicAuth: { users: { ada: 'correct horse' } },
  bearerAuth: { tokens: {} },
  bodyLimit: { maxSize: 1 },
  cacheControl: { noCache: true },
  cacheResponse: { store: memoryStore() },
  exceptions: [],
  idempotency: { store: memoryStore(), user: () => 'ada' },
  ipRestrict: { allow: ['private'] },
  jwt: { keys: new URL('https://login.example.org/keys'), algorithms: ['ES256'], audience: null },
  loadShed: { maxInFlight: 1 },
  proxyHeaders: { trusted: ['loopback'] },
  rateLimit: { limits: [{ max: 1, seconds: 1 }] },
  sessions: { secret: 's'.repeat(32) },
  timeout: { ms: 1 },
}

for (const file of readdirSync(new URL('../../lib/middleware', import.meta.url))) {
  const { name, ext } = path.parse(file)
  if (ext !== '.js') continue
  t.test(`the middleware of middleware/${name}`, async (t) => {
    const module: Record<string, unknown> = await import(`../../lib/middleware/${file}`)
    const factory = Object.keys(module).find((key) => key.toLowerCase() === name) ?? ''
    const make = module[factory] as (options: unknown) => { readonly name: string }
    t.equal(make(GIVEN[factory] ?? {}).name, factory)
  })
}

t.test('middleware that is made of functions', (t) => {
  const pass = (_request: unknown, _response: unknown, next: () => void): void => next()
  const all = [
    httpMiddleware(async function logged(request, next) {
      return next(request)
    }),
    httpMiddleware(async (request, next) => next(request)),
    mapScope((scope) => scope),
    mapResponseStart((message) => message),
    requireScopes('user'),
    fromConnect(pass),
    onHandshake(pass),
    except(cors(), { paths: ['/a'] }),
    when(() => true, cors()),
  ]
  const route = Route('/', () => new PlainTextResponse(''), { middleware: all as never })
  const [listed] = routes(Router([route]))
  t.same(listed?.middleware, [
    ...['logged', 'httpMiddleware', 'mapScope', 'mapResponseStart', 'requireScopes'],
    ...['fromConnect', 'onHandshake', 'cors', 'cors'],
  ])
  t.end()
})
