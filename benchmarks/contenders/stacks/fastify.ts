// What do eight middleware cost with Fastify, schemas included as its guide advises?

import { randomUUID } from 'node:crypto'
import compress from '@fastify/compress'
import cors from '@fastify/cors'
import etag from '@fastify/etag'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import session from '@fastify/secure-session'
import Fastify from 'fastify'
import { portOf, type Running } from '../../contender.ts'
import { foreignOrigin, visitor } from '../../scenarios.ts'
import { sink } from '../../sink.ts'

declare module '@fastify/secure-session' {
  interface SessionData {
    user: string
  }
}

const secret = 'a secret of the benchmarks, not of anybody'

// One line for a request, as the others write it; by itself it writes two.
const app = Fastify({
  logger: { stream: sink },
  disableRequestLogging: true,
  genReqId: () => randomUUID(),
})
app.addHook('onRequest', async (request, reply) => {
  reply.header('x-request-id', request.id)
})
app.addHook('onResponse', async (request, reply) => {
  const { elapsedTime: responseTime } = reply
  request.log.info({ req: request, res: reply, responseTime }, 'request completed')
})
await app.register(helmet)
await app.register(cors, { origin: [foreignOrigin], credentials: true })
await app.register(rateLimit, { max: 1e9, timeWindow: 60_000 })
await app.register(session, { secret, salt: 'of sixteen bytes' })
await app.register(compress)
await app.register(etag)

const user = { type: 'object', properties: { user: { type: 'string' } } }
app.get('/', { schema: { response: { 200: user } } }, async (request) => {
  return { user: request.session.get('user') }
})
app.get('/lines', async () => ({ lines: sink.lines }))
app.post('/login', async (request) => {
  request.session.set('user', visitor.user)
  return {}
})

export async function start(): Promise<Running> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server.address()), close: () => app.close() }
}
