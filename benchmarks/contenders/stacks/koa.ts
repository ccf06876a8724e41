// What do eight middleware cost with Koa?

import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import cors from '@koa/cors'
import etag from '@koa/etag'
import Router from '@koa/router'
import Koa from 'koa'
import compress from 'koa-compress'
import conditional from 'koa-conditional-get'
import helmet from 'koa-helmet'
import morgan from 'koa-morgan'
import rateLimit from 'koa-ratelimit'
import session from 'koa-session'
import { listen, type Running } from '../../contender.ts'
import { foreignOrigin, visitor } from '../../scenarios.ts'
import { sink } from '../../sink.ts'

const app = new Koa()
app.keys = ['a secret of the benchmarks, not of anybody']
app.use((ctx, next) => {
  ctx.set('X-Request-Id', randomUUID())
  return next()
})
app.use(morgan('combined', { stream: sink }))
app.use(helmet())
app.use(cors({ origin: foreignOrigin, credentials: true }))
app.use(
  rateLimit({ driver: 'memory', db: new Map(), max: 1e9, duration: 60_000, id: (ctx) => ctx.ip }),
)
app.use(session(app))
app.use(compress())
app.use(conditional()).use(etag())

const router = new Router()
router.get('/', (ctx) => {
  ctx.body = { user: ctx.session?.['user'] }
})
router.get('/lines', (ctx) => {
  ctx.body = { lines: sink.lines }
})
router.post('/login', (ctx) => {
  Object.assign(ctx.session ?? {}, visitor)
  ctx.body = {}
})
app.use(router.routes()).use(router.allowedMethods())

export function start(): Promise<Running> {
  return listen(createServer(app.callback()))
}
