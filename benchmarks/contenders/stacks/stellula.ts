// What do eight middleware cost with Stellula?

import { pino } from 'pino'
import { Application, JSONResponse, Route } from 'stellula'
import { accessLog } from 'stellula/middleware/accesslog'
import { compress } from 'stellula/middleware/compress'
import { cors } from 'stellula/middleware/cors'
import { etag } from 'stellula/middleware/etag'
import { rateLimit } from 'stellula/middleware/ratelimit'
import { requestId } from 'stellula/middleware/requestid'
import { secureHeaders } from 'stellula/middleware/secureheaders'
import { sessions } from 'stellula/middleware/sessions'
import { serve } from 'stellula/servers/node'
import { portOf, type Running } from '../../contender.ts'
import { foreignOrigin, visitor } from '../../scenarios.ts'
import { sink } from '../../sink.ts'

const app = Application({
  middleware: [
    requestId(),
    accessLog({ logger: pino({}, sink) }),
    secureHeaders(),
    cors({ origins: [foreignOrigin], credentials: true }),
    rateLimit({ limits: [{ max: 1e9, seconds: 60 }] }),
    sessions({ secret: 'a secret of the benchmarks, not of anybody' }),
    compress(),
    etag(),
  ],
  routes: [
    Route('/', ({ session }) => new JSONResponse({ user: session.data['user'] })),
    Route('/lines', () => new JSONResponse({ lines: sink.lines })),
    Route('/login', {
      post: ({ session }) => {
        session.data['user'] = visitor.user
        return new JSONResponse({})
      },
    }),
  ],
})

export async function start(): Promise<Running> {
  const server = await serve(app, { host: '127.0.0.1', port: 0, signals: [] })
  return { port: portOf(server.address), close: () => server.close() }
}
