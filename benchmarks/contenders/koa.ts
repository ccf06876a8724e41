// What does the same answer cost with Koa and its usual router and body parser?

import { unlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { bodyParser } from '@koa/bodyparser'
import etag from '@koa/etag'
import multer, { type StorageEngine } from '@koa/multer'
import Router from '@koa/router'
import Koa from 'koa'
import { koaBody } from 'koa-body'
import conditional from 'koa-conditional-get'
import serve from 'koa-static'
import { listen, type Running } from '../contender.ts'
import { publicFolder, uploadFolder } from '../files.ts'
import { fieldCount, lastField } from '../payloads.ts'
import {
  chunks,
  greeting,
  mebibytes,
  type Order,
  type PlainScenario,
  resourcePath,
} from '../scenarios.ts'

const apps: Record<PlainScenario, (app: Koa, router: Router) => void> = {
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
  middleware10sends: addMiddleware,
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
  static10k: addStatic,
  static1m: addStatic,
  static304: (app) => {
    app.use(conditional()).use(etag())
    addStatic(app)
  },
  range: addStatic,
  upload5m: (_app, router) => addUpload(router, multer.memoryStorage()),
  save5m: (_app, router) => addUpload(router, multer.diskStorage({ destination: uploadFolder })),
  fields: (app, router) => {
    // The body parser above has no say in how many fields are read, which is 1,000.
    app.use(koaBody({ formLimit: '5mb', queryString: { parameterLimit: fieldCount } }))
    router.post('/fields', (ctx) => {
      const fields = ctx.request.body as Record<string, string>
      ctx.body = { count: Object.keys(fields).length, last: fields[lastField.name] }
    })
  },
  down: (_app, router) => {
    router.get('/down/:count', (ctx) => {
      ctx.body = Readable.from(mebibytes(Number(ctx.params['count'])))
    })
  },
  up: (_app, router) => {
    router.post('/up', async (ctx) => {
      let size = 0
      for await (const chunk of ctx.req) size += chunk.length
      ctx.body = { size }
    })
  },
}

function addStatic(app: Koa): void {
  app.use(serve(publicFolder))
}

function addUpload(router: Router, storage: StorageEngine): void {
  const upload = multer({ storage })
  router.post('/uploads', upload.single('file'), async (ctx) => {
    // A path is what the disk storage gives.
    if (ctx.file?.path !== undefined) await unlink(ctx.file.path)
    ctx.body = { size: ctx.file?.size }
  })
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

export function start(scenario: PlainScenario): Promise<Running> {
  const app = new Koa()
  const router = new Router()
  apps[scenario](app, router)
  app.use(router.routes()).use(router.allowedMethods())
  return listen(createServer(app.callback()))
}
