// What does the same answer cost with Hono on its own Node server?

import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import type { Running } from '../contender.ts'
import { chunks, greeting, type Order, resourcePath, type Scenario } from '../scenarios.ts'

const apps: Record<Scenario, (app: Hono) => void> = {
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

export function start(scenario: Scenario): Promise<Running> {
  const app = new Hono()
  apps[scenario](app)
  return new Promise((resolve) => {
    const options = { fetch: app.fetch, port: 0, hostname: '127.0.0.1' }
    const server = serve(options, ({ port }) => {
      resolve({ port, close: () => new Promise((closed) => server.close(() => closed())) })
    })
  })
}
