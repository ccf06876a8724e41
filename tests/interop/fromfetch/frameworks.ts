// Real apps of the fetch world, bare and mounted under our middleware: what the client gets is the same,
// but for what the middleware adds.
import t from 'tap'
import { Application } from '../../../lib/applications.ts'
import { type FetchHandler, fromFetch } from '../../../lib/interop/fromfetch.ts'
import { accessLog } from '../../../lib/middleware/accesslog.ts'
import { compress } from '../../../lib/middleware/compress.ts'
import { cors } from '../../../lib/middleware/cors.ts'
import { sessions } from '../../../lib/middleware/sessions.ts'
import { Mount } from '../../../lib/routing.ts'
import { fetchApps } from '../../support/fetchapps.ts'
import { listening } from '../../support/sockets.ts'

/** One upload, so that both requests have the same boundary. */
const upload = new globalThis.Request('http://x', { method: 'POST', body: formOf() })

function formOf(): FormData {
  const form = new FormData()
  form.set('name', 'Ada')
  form.set('file', new File(['x'.repeat(100_000)], 'a.txt'))
  return form
}

const encoded = {
  method: 'POST',
  headers: { 'content-type': upload.headers.get('content-type') ?? '' },
  body: await upload.arrayBuffer(),
}

/** What is asked of every app. */
const REQUESTS: readonly [path: string, init?: RequestInit][] = [
  ['/'],
  ['/', { method: 'HEAD' }],
  ['/items/caf%C3%A9%20x?a=1&b=%2F'],
  ['/stream'],
  ['/upload', { method: 'POST', body: 'x'.repeat(300_000) }],
  ['/form', encoded],
  ['/cookies', { headers: { cookie: 'sent=yes' } }],
  ['/error'],
  ['/missing'],
  ['/', { method: 'DELETE' }],
]

/** What the middleware adds, and what the server says of the connection. */
const ADDED = [
  ...['access-control-allow-origin', 'access-control-expose-headers', 'vary', 'date'],
  ...['connection', 'keep-alive', 'transfer-encoding', 'content-length'],
]

interface Seen {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** Of a copy, since h3 gives a response of its own making, which is real once it is looked into. */
async function seen(response: globalThis.Response): Promise<Seen> {
  const headers = [...response.clone().headers]
    .filter(([name]) => !ADDED.includes(name))
    .map(([name, value]) => [name, value.replace(/; charset=UTF-8$/, '; charset=utf-8')] as const)
  return { status: response.status, headers, body: await response.text() }
}

for (const [name, make] of Object.entries(fetchApps)) {
  t.test(`${name}: mounted, it answers as it does alone`, async (t) => {
    const bare: FetchHandler = make()
    const lines: unknown[] = []
    const app = Application({
      routes: [Mount('/a/b', fromFetch(make()))],
      middleware: [
        accessLog({
          logger: { info: (entry) => lines.push(entry), error: (entry) => lines.push(entry) },
        }),
        cors({ origins: ['https://example.org'] }),
        compress(),
        sessions({ secret: 'x'.repeat(32) }),
      ],
    })
    const { server, errors } = await listening(t, app)

    for (const [path, init] of REQUESTS) {
      const origin = new URL(server.url ?? '').origin
      const alone = await seen(await bare(new globalThis.Request(origin + path, init)))
      const mounted = await fetch(`${origin}/a/b${path}`, {
        ...init,
        headers: { ...init?.headers, 'accept-encoding': 'identity' },
      })
      // No server stands around the bare one, which would leave out the body of an answer to HEAD.
      const body = init?.method === 'HEAD' ? '' : alone.body
      t.same(await seen(mounted), { ...alone, body }, `${init?.method ?? 'GET'} ${path}`)
    }

    t.equal(lines.length, REQUESTS.length)
    t.same(errors, [])
  })

  t.test(`${name}: works with compression, logging and CORS around it`, async (t) => {
    const app = Application({
      routes: [Mount('/a/b', fromFetch(make()))],
      middleware: [cors({ origins: ['https://example.org'] }), compress({ minSize: 1 })],
    })
    const { server } = await listening(t, app)

    const response = await fetch(`${server.url}/a/b/stream`, {
      headers: { origin: 'https://example.org', 'accept-encoding': 'gzip' },
    })

    t.equal(response.headers.get('content-encoding'), 'gzip')
    t.equal(response.headers.get('access-control-allow-origin'), 'https://example.org')
    t.equal(await response.text(), 'tick 0\ntick 1\ntick 2\n')
  })
}
