// Published advisories about limits that clients evade, and that they do not work here.
import t from 'tap'
import { Application } from '../../lib/applications.ts'
import { rateLimit } from '../../lib/middleware/ratelimit.ts'
import { PlainTextResponse } from '../../lib/responses.ts'
import { Route } from '../../lib/routing.ts'
import { memoryStore } from '../../lib/stores.ts'
import { listening, request, statuses } from '../support/sockets.ts'

const limits = [{ max: 3, seconds: 86_400 * 365 }]

t.test(
  'Litestar CVE-2025-59152, hono CVE-2026-27700: the address is that of the socket',
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

// Advisory row 43.
t.test('Litestar CVE-2026-25480: keys that look alike are others', async (t) => {
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
