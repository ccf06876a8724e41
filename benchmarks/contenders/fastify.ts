// What does the same answer cost with Fastify, schemas included as its guide advises?

import { Readable } from 'node:stream'
import Fastify, { type FastifyInstance } from 'fastify'
import { portOf, type Running } from '../contender.ts'
import { chunks, greeting, type Order, resourcePath, type Scenario } from '../scenarios.ts'

const apps: Record<Scenario, (app: FastifyInstance) => void> = {
  hello: addHello,
  json: (app) => {
    app.get('/', { schema: answerOf({ message: 'string' }) }, async () => ({ message: greeting }))
  },
  notfound: addHello,
  param: (app) => {
    const schema = { params: objectOf({ id: 'integer' }), ...answerOf({ id: 'integer' }) }
    app.get<{ Params: { id: number } }>('/users/:id', { schema }, async (request) => {
      return { id: request.params.id }
    })
  },
  routes200: (app) => addResources(app, 200),
  routes1000: (app) => addResources(app, 1000),
  middleware10: addHooks,
  middleware10async: addHooks,
  post: (app) => {
    const schema = answerOf({ customer: 'string' })
    app.post<{ Body: Order }>('/orders', { schema }, async (request) => {
      return { customer: request.body.customer }
    })
  },
  stream: (app) => {
    app.get('/', async (_request, reply) => {
      return reply.type('text/plain').send(Readable.from(chunks()))
    })
  },
}

function addHello(app: FastifyInstance): void {
  app.get('/', async () => greeting)
}

function addHooks(app: FastifyInstance): void {
  for (let index = 0; index < 10; index++) app.addHook('onRequest', async () => {})
  addHello(app)
}

function addResources(app: FastifyInstance, count: number): void {
  const schema = answerOf({ resource: 'integer', id: 'string' })
  for (let resource = 0; resource < count; resource++) {
    const path = resourcePath(resource, ':id')
    app.get<{ Params: { id: string } }>(path, { schema }, async (request) => {
      return { resource, id: request.params.id }
    })
  }
}

/** A response schema lets Fastify use its compiled serializer. */
function answerOf(types: Record<string, string>): object {
  return { response: { 200: objectOf(types) } }
}

function objectOf(types: Record<string, string>): object {
  const entries = Object.entries(types).map(([name, type]) => [name, { type }])
  return { type: 'object', properties: Object.fromEntries(entries) }
}

export async function start(scenario: Scenario): Promise<Running> {
  const app = Fastify()
  apps[scenario](app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server.address()), close: () => app.close() }
}
