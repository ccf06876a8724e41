// What does the same answer cost with Hono on its own Node server?

import { randomUUID } from 'node:crypto'
import { unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { etag } from 'hono/etag'
import { stream } from 'hono/streaming'
import type { Running } from '../contender.ts'
import { publicFolder, uploadFolder } from '../files.ts'
import { lastField } from '../payloads.ts'
import {
  chunks,
  greeting,
  mebibytes,
  type Order,
  type PlainScenario,
  resourcePath,
} from '../scenarios.ts'

const apps: Record<PlainScenario, (app: Hono) => void> = {
  hello: addHello,
  json: (app) => {
    app.get('/', (c) => c.json({ message: greeting }))
  },
  notfound: addHello,
  param: (app) => {
    app.get('/users/:id', (c) => c.json({ id: Number(c.req.param('id')) }))
  },
  routes200: (app) => addResources(app, 200),
  routes1000: (app) => addResources(app, 1000),
  middleware10: addMiddleware,
  middleware10async: addMiddleware,
  middleware10sends: addMiddleware,
  post: (app) => {
    app.post('/orders', async (c) => {
      const order = await c.req.json<Order>()
      return c.json({ customer: order.customer })
    })
  },
  stream: (app) => {
    app.get('/', (c) => {
      c.header('Content-Type', 'text/plain')
      return stream(c, async (body) => {
        for await (const chunk of chunks()) await body.write(chunk)
      })
    })
  },
  static10k: addStatic,
  static1m: addStatic,
  static304: (app) => {
    app.use('/static/*', etag())
    addStatic(app)
  },
  range: addStatic,
  upload5m: (app) => {
    app.post('/uploads', async (c) => {
      const { file } = await c.req.parseBody()
      return c.json({ size: file instanceof File ? file.size : 0 })
    })
  },
  save5m: (app) => {
    app.post('/uploads', async (c) => {
      const { file } = await c.req.parseBody()
      if (!(file instanceof File)) return c.json({ size: 0 })
      const path = join(uploadFolder, randomUUID())
      await writeFile(path, file.stream())
      await unlink(path)
      return c.json({ size: file.size })
    })
  },
  fields: (app) => {
    app.post('/fields', async (c) => {
      const fields = await c.req.parseBody()
      return c.json({ count: Object.keys(fields).length, last: fields[lastField.name] })
    })
  },
  down: (app) => {
    app.get('/down/:count', (c) => {
      return stream(c, async (body) => {
        for await (const chunk of mebibytes(Number(c.req.param('count')))) await body.write(chunk)
      })
    })
  },
  up: (app) => {
    app.post('/up', async (c) => {
      let size = 0
      for await (const chunk of c.req.raw.body ?? []) size += chunk.length
      return c.json({ size })
    })
  },
}

function addStatic(app: Hono): void {
  app.use('/static/*', serveStatic({ root: publicFolder }))
}

function addHello(app: Hono): void {
  app.get('/', (c) => c.text(greeting))
}

function addMiddleware(app: Hono): void {
  for (let index = 0; index < 10; index++) {
    app.use(async (_c, next) => {
      await next()
    })
  }
  addHello(app)
}

function addResources(app: Hono, count: number): void {
  for (let resource = 0; resource < count; resource++) {
    app.get(resourcePath(resource, ':id'), (c) => c.json({ resource, id: c.req.param('id') }))
  }
}

export function start(scenario: PlainScenario): Promise<Running> {
  const app = new Hono()
  apps[scenario](app)
  return new Promise((resolve) => {
    const options = { fetch: app.fetch, port: 0, hostname: '127.0.0.1' }
    const server = serve(options, ({ port }) => {
      resolve({ port, close: () => new Promise((closed) => server.close(() => closed())) })
    })
  })
}
