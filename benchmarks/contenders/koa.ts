// What does the same answer cost with Koa and its usual router and body parser?

import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import { listen, type Running } from '../contender.ts'
import { chunks, greeting, type Order, resourcePath, type Scenario } from '../scenarios.ts'

const apps: Record<Scenario, (app: Koa, router: Router) => void> = {
  hello: addHello,
  json: (_app, router) => {
    router.get('/', (ctx) => {
      ctx.body = { message: greeting }
    })
  },
  notfound: addHello,
  param: (_app, router) => {
    router.get('/users/:id', (ctx) => {
      ctx.body = { id: Number(ctx.params['id']) }
    })
  },
  routes200: (_app, router) => addResources(router, 200),
  routes1000: (_app, router) => addResources(router, 1000),
  middleware10: addMiddleware,
  middleware10async: addMiddleware,
  post: (app, router) => {
    app.use(bodyParser())
    router.post('/orders', (ctx) => {
      const order = ctx.request.body as Order
      ctx.body = { customer: order.customer }
    })
  },
  stream: (_app, router) => {
    router.get('/', (ctx) => {
      ctx.type = 'text/plain'
      ctx.body = Readable.from(chunks())
    })
  },
}

function addHello(_app: Koa, router: Router): void {
  router.get('/', (ctx) => {
    ctx.body = greeting
  })
}

function addMiddleware(app: Koa, router: Router): void {
  for (let index = 0; index < 10; index++) {
    app.use(async (_ctx, next) => {
      await next()
    })
  }
  addHello(app, router)
}

function addResources(router: Router, count: number): void {
  for (let resource = 0; resource < count; resource++) {
    router.get(resourcePath(resource, ':id'), (ctx) => {
      ctx.body = { resource, id: ctx.params['id'] }
    })
  }
}

export function start(scenario: Scenario): Promise<Running> {
  const app = new Koa()
  const router = new Router()
  apps[scenario](app, router)
  app.use(router.routes()).use(router.allowedMethods())
  return listen(createServer(app.callback()))
}
