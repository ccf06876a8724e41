// Hono with its validator for Standard Schema. It has none for responses.

import { serve } from '@hono/node-server'
import { sValidator } from '@hono/standard-validator'
import { Hono } from 'hono'
import type { Running } from '../../contender.ts'
import { buy, find, type OperationScenario, type Schemas } from '../../operations/shapes.ts'

export function start(scenario: OperationScenario, schemas: Schemas): Promise<Running> {
  const app = new Hono()
  if (scenario === 'operation-post') {
    app.post('/orders', sValidator('json', schemas.order), (c) => c.json(buy(c.req.valid('json'))))
  } else {
    app.get(
      '/articles/:id',
      sValidator('param', schemas.params),
      sValidator('query', schemas.textQuery),
      (c) => c.json(find(c.req.valid('param').id, c.req.valid('query'))),
    )
  }
  return new Promise((resolve) => {
    const options = { fetch: app.fetch, port: 0, hostname: '127.0.0.1' }
    const server = serve(options, ({ port }) => {
      resolve({ port, close: () => new Promise((closed) => server.close(() => closed())) })
    })
  })
}
