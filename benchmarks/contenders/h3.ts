// What does the same answer cost with h3 on its own Node server?

import { getRouterParam, H3, iterable, readBody, serve } from 'h3'
import { portOf, type Running } from '../contender.ts'
import { chunks, greeting, type Order, resourcePath, type Scenario } from '../scenarios.ts'

const apps: Record<Scenario, (app: H3) => void> = {
  hello: addHello,
  json: (app) => {
    app.get('/', () => ({ message: greeting }))
  },
  notfound: addHello,
  param: (app) => {
    app.get('/users/:id', (event) => ({ id: Number(getRouterParam(event, 'id')) }))
  },
  routes200: (app) => addResources(app, 200),
  routes1000: (app) => addResources(app, 1000),
  middleware10: addMiddleware,
  middleware10async: addMiddleware,
  post: (app) => {
    app.post('/orders', async (event) => {
      const order = await readBody<Order>(event)
      return { customer: order?.customer }
    })
  },
  stream: (app) => {
    app.get('/', (event) => {
      event.res.headers.set('content-type', 'text/plain')
      return iterable(chunks())
    })
  },
}

function addHello(app: H3): void {
  app.get('/', () => greeting)
}

function addMiddleware(app: H3): void {
  for (let index = 0; index < 10; index++) app.use(async (_event, next) => await next())
  addHello(app)
}

function addResources(app: H3, count: number): void {
  for (let resource = 0; resource < count; resource++) {
    app.get(resourcePath(resource, ':id'), (event) => {
      return { resource, id: getRouterParam(event, 'id') }
    })
  }
}

export async function start(scenario: Scenario): Promise<Running> {
  const app = new H3()
  apps[scenario](app)
  const server = serve(app, { port: 0, hostname: '127.0.0.1', silent: true })
  await server.ready()
  return {
    port: portOf(server.node?.server?.address() ?? null),
    close: () => server.close(true),
  }
}
