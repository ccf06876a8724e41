// What does the same answer cost with Express?

import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import express, { type Express } from 'express'
import { listen, type Running } from '../contender.ts'
import { chunks, greeting, type Order, resourcePath, type Scenario } from '../scenarios.ts'

const apps: Record<Scenario, (app: Express) => void> = {
  hello: addHello,
  json: (app) => {
    app.get('/', (_req, res) => {
      res.json({ message: greeting })
    })
  },
  notfound: addHello,
  param: (app) => {
    app.get('/users/:id', (req, res) => {
      res.json({ id: Number(req.params.id) })
    })
  },
  routes200: (app) => addResources(app, 200),
  routes1000: (app) => addResources(app, 1000),
  middleware10: addMiddleware,
  middleware10async: addMiddleware,
  post: (app) => {
    app.use(express.json())
    app.post('/orders', (req, res) => {
      const order: Order = req.body
      res.json({ customer: order.customer })
    })
  },
  stream: (app) => {
    app.get('/', (_req, res) => {
      Readable.from(chunks()).pipe(res.type('text/plain'))
    })
  },
}

function addHello(app: Express): void {
  app.get('/', (_req, res) => {
    res.type('text/plain').send(greeting)
  })
}

/** Express has no promise to wait for: its own idiom is to call on. */
function addMiddleware(app: Express): void {
  for (let index = 0; index < 10; index++) app.use((_req, _res, next) => next())
  addHello(app)
}

function addResources(app: Express, count: number): void {
  for (let resource = 0; resource < count; resource++) {
    app.get(resourcePath(resource, ':id'), (req, res) => {
      res.json({ resource, id: req.params['id'] })
    })
  }
}

export function start(scenario: Scenario): Promise<Running> {
  const app = express()
  apps[scenario](app)
  return listen(createServer(app))
}
