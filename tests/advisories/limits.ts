// Published advisories about limits that clients evade, and that they do not work here.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'
import { call, httpScope } from '../support/scopes.ts'
import { responseOf } from '../support/sent.ts'
import { listening, request, statuses } from '../support/sockets.ts'

const limits = [{ max: 3, seconds: 86_400 * 365 }]

t.test(
  'Litestar CVE-2025-59152, hono CVE-2026-27700: the client address is that of the socket',
  async (t) => {
    const routes = [Route('/', () => new PlainTextResponse('hello'))]
    const served = await listening(t, Application({ routes, middleware: [rateLimit({ limits })] }))
    const spoofs = [
      'x-forwarded-for: 198.51.100.1',
      'x-forwarded-for: 198.51.100.2, 127.0.0.1',
      'forwarded: for=198.51.100.3',
      'x-real-ip: 198.51.100.4',
      'cf-connecting-ip: 198.51.100.5',
    ]

    const all: (number | undefined)[] = []
    for (const spoof of spoofs) {
      all.push(statuses(await served.talk(request('GET /', ['connection: close', spoof])))[0])
    }

    t.same(all, [200, 200, 200, 429, 429])
  },
)

t.test('Litestar 1a646b5: all addresses of one IPv6 network count as one client', async (t) => {
  const app = rateLimit({ limits })(async (_scope, _receive, send) => {
    await send({ type: 'http.response.start', status: 200, headers: [] })
    await send({ type: 'http.response.body' })
  })
  const statusFor = async (host: string): Promise<number | undefined> =>
    responseOf(await call(app, httpScope({ client: { host, port: 1 } }))).status
  const [, , , ...refused] = [
    await statusFor('2001:db8:1:2::1'),
    await statusFor('2001:db8:1:2:ffff:ffff:ffff:ffff'),
    await statusFor('2001:0DB8:0001:0002::3'),
    await statusFor('2001:db8:1:2:1::'),
    await statusFor('2001:db8:1:2::4%eth0'),
  ]

  t.same(refused, [429, 429])
  t.equal(await statusFor('2001:db8:1:3::1'), 200, 'another network')
  for (const host of ['192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201']) await statusFor(host)
  t.equal(await statusFor('192.0.2.1'), 429, 'IPv4 within IPv6 is the same client')
  t.equal(await statusFor('192.0.2.2'), 200)
})

// Advisory row 43.
t.test('Litestar CVE-2026-25480: similar keys are different keys', async (t) => {
  const store = memoryStore()
  const key = 'x-key'
  const limit = rateLimit({
    limits: [{ max: 1, seconds: 86_400 * 365 }],
    store,
    name: 'a',
    key: ({ headers }) => headers.get(key),
  })
  const routes = [Route('/', () => new PlainTextResponse('hello'))]
  const served = await listening(t, Application({ routes, middleware: [limit] }))
  const keys = [
    'k-',
    'k45',
    'K',
    '\xe2\x84\xaa',
    '\xc3\xa9',
    'e\xcc\x81',
    '../a',
    'a',
    `${'a'.repeat(80)}`,
  ]

  for (const text of keys) {
    const received = await served.talk(request('GET /', ['connection: close', `${key}: ${text}`]))
    t.same(statuses(received), [200], JSON.stringify(text))
  }
})
