// Advisories of other projects about CORS: who may read what was answered for whom.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { type CORSOptions, cors } from '../../lib/middleware/cors.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { testClient } from '../../lib/testing/client.ts'
import { assertLinear } from '../support/linear.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'

const response = new PlainTextResponse('home', { headers: { vary: 'accept' } })

async function answered(options: CORSOptions, headers: readonly string[], method = 'GET') {
  const app = cors(options)((scope, receive, send) => response.respond(scope, receive, send))
  return responseOf(await call(app, httpScope({ method, headers: [...headers] })))
}

const PREFLIGHT = ['access-control-request-method', 'GET']

t.test(
  'CVE-2026-54290 GHSA-88fw-hqm2-52qc: "*" never reflects the origin of the request',
  async (t) => {
    t.throws(() => cors({ credentials: true }), { name: 'TypeError', message: /credentials need/ })
    t.throws(() => cors({ origins: '*', credentials: true }), { name: 'TypeError' })
    t.throws(() => cors({ origins: ['*'], credentials: true }), { name: 'TypeError' })
    for (const method of ['GET', 'OPTIONS']) {
      const headers = ['origin', 'https://evil.test', 'cookie', 'a=b', ...PREFLIGHT]
      const { headers: sent } = await answered({ origins: '*' }, headers, method)
      t.equal(sent.get('access-control-allow-origin'), '*')
      t.equal(sent.get('access-control-allow-credentials'), null)
    }
  },
)

t.test('CVE-2026-54290: a list never allows the origin "null"', async (t) => {
  t.throws(() => cors({ origins: ['null'] }), { name: 'TypeError', message: /"null" was given/ })
  for (const origins of [['https://good.test'], [/.*/], [/null/, 'https://*.good.test']]) {
    const { headers } = await answered({ origins, credentials: true }, ['origin', 'null'])
    t.equal(headers.get('access-control-allow-origin'), null)
    t.equal(headers.get('access-control-allow-credentials'), null)
  }
})

const NEAR = [
  'https://good.test.evil.test',
  'https://evilgood.test',
  'https://good.test@evil.test',
  'https://good.test:8443',
  'https://good.test/',
  'https://good.test#',
  'https://goodxtest',
  'http://good.test',
  'HTTPS://good.test',
  'https://good.test https://evil.test',
  'https://good.test,https://evil.test',
]

t.test(
  'CVE-2023-49803: no origin is reflected by default, and whole origins are compared',
  async (t) => {
    for (const origins of [undefined, ['https://good.test'], [/https:\/\/good\.test/]] as const) {
      for (const origin of NEAR) {
        const options = origins === undefined ? {} : { origins }
        const { headers } = await answered(options, ['origin', origin])
        t.equal(headers.get('access-control-allow-origin'), null, origin)
      }
    }
  },
)

t.test('CVE-2026-25478 GHSA-2p2x-hpg8-cqp2: a string is not a regular expression', async (t) => {
  const origins = ['https://api.good.test', 'https://*.good.example']
  for (const [origin, isAllowed] of [
    ['https://api.good.test', true],
    ['https://apixgood.test', false],
    ['https://a.good.example', true],
    ['https://a.goodxexample', false],
    ['https://evilgood.example', false],
    ['https://a.good.example.evil.test', false],
    ['https://evil.test/.good.example', false],
    ['https://evil.test?.good.example', false],
    ['https://evil.test#.good.example', false],
  ] as const) {
    const { headers } = await answered({ origins }, ['origin', origin])
    t.equal(headers.get('access-control-allow-origin'), isAllowed ? origin : null, origin)
  }
})

t.test('GHSA-q7jf-gf43-6x6p: Vary never contains text of the client', async (t) => {
  const headers = ['origin', 'https://good.test', 'vary', 'X-Evil', ...PREFLIGHT]
  const options = { origins: ['https://good.test'], headers: '*' } as const

  const { headers: sent } = await answered(options, headers)
  const preflight = await answered(
    options,
    [...headers, 'access-control-request-headers', 'vary'],
    'OPTIONS',
  )

  t.same(sent.getAll('vary'), ['accept, Origin'])
  t.same(preflight.headers.getAll('vary'), ['Origin, Access-Control-Request-Headers'])
})

t.test('CVE-2025-7339: sending a response twice does not change its fields', async (t) => {
  const app = Application({
    middleware: [cors({ origins: ['https://a.test', 'https://b.test'] })],
    routes: [Route('/', () => response)],
  })
  await using client = await testClient(app)
  for (const origin of ['https://a.test', 'https://b.test', 'https://a.test']) {
    const { headers } = await client.get('/', { headers: { origin } })
    t.equal(headers.get('access-control-allow-origin'), origin)
    t.equal(headers.get('vary'), 'accept, Origin')
  }
  t.equal(response.headers.get('vary'), 'accept')
})

// hono 93fc250d
for (const unit of [', ,', ',', ' ', '\t', 'a,', 'a ']) {
  t.test(`row 41: requested headers are read in linear time, of ${JSON.stringify(unit)}`, (t) => {
    const app = cors({ origins: ['https://good.test'] })(async () => {})
    const fields = ['origin', 'https://good.test', ...PREFLIGHT, 'access-control-request-headers']
    const send = async (): Promise<void> => {}

    assertLinear(
      t,
      (size) => `x${unit.repeat(size / unit.length)}x`,
      (value) => {
        const scope = httpScope({ method: 'OPTIONS', headers: [...fields, value] })
        app(scope, () => new Promise(() => {}), send)
      },
    )
    t.end()
  })
}
