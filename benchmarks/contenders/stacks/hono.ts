// What do eight middleware cost with Hono?

import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { getSignedCookie, setSignedCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { etag } from 'hono/etag'
import { logger } from 'hono/logger'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { rateLimiter } from 'hono-rate-limiter'
import { portOf, type Running } from '../../contender.ts'
import { foreignOrigin, visitor } from '../../scenarios.ts'
import { sink } from '../../sink.ts'

const secret = 'a secret of the benchmarks, not of anybody'

// It has no policy unless one is given, and no sessions but signed cookies.
const contentSecurityPolicy = { defaultSrc: ["'self'"], objectSrc: ["'none'"] }

const app = new Hono<{ Variables: { session: { user?: string } } }>()
app.use(requestId())
app.use(logger((line) => sink.write(line)))
app.use(secureHeaders({ contentSecurityPolicy }))
app.use(cors({ origin: [foreignOrigin], credentials: true }))
app.use(
  rateLimiter({
    windowMs: 60_000,
    limit: 1e9,
    keyGenerator: (c) => getConnInfo(c).remote.address ?? '',
  }),
)
app.use(async (c, next) => {
  const cookie = await getSignedCookie(c, secret, 'session')
  c.set('session', cookie ? JSON.parse(cookie) : {})
  await next()
})
app.use(compress())
app.use(etag())

app.get('/', (c) => {
  const body = JSON.stringify({ user: c.get('session').user })
  // By the length alone it knows what is too small to be compressed.
  const length = `${Buffer.byteLength(body)}`
  return c.body(body, 200, { 'Content-Type': 'application/json', 'Content-Length': length })
})
app.get('/lines', (c) => c.json({ lines: sink.lines }))
app.post('/login', async (c) => {
  await setSignedCookie(c, 'session', JSON.stringify(visitor), secret)
  return c.json({})
})

export async function start(): Promise<Running> {
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const options = { fetch: app.fetch, port: 0, hostname: '127.0.0.1' }
    const starting = serve(options, () => resolve(starting))
  })
  return {
    port: portOf(server.address()),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
