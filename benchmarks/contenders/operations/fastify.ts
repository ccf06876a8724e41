// Fastify with its own validation and serialisation by JSON Schema, both of compiled code.

import Fastify from 'fastify'
import { portOf, type Running } from '../../contender.ts'
import {
  buy,
  find,
  type OperationScenario,
  type Order,
  type Query,
} from '../../operations/shapes.ts'

const [text, integer, number] = [{ type: 'string' }, { type: 'integer' }, { type: 'number' }]
const sort = { type: 'string', enum: ['newest', 'oldest'] }
const atLeastOne = { type: 'integer', minimum: 1 }

const line = object({
  article: text,
  quantity: atLeastOne,
  price: { type: 'number', minimum: 0 },
  inStock: { type: 'boolean' },
})
const order = object({
  customer: { type: 'string', minLength: 1 },
  lines: { type: 'array', items: line },
  note: text,
})
const receipt = object({ customer: text, lines: integer, total: number })

const article = object({
  id: integer,
  title: text,
  page: integer,
  sort,
  tags: { type: 'array', items: text },
  author: object({ name: text, email: text }),
})
const query = object({ search: { type: 'string', maxLength: 100 }, page: atLeastOne, sort })

function object(properties: Record<string, object>): object {
  return { type: 'object', properties, required: Object.keys(properties) }
}

export async function start(scenario: OperationScenario): Promise<Running> {
  const app = Fastify()
  if (scenario === 'operation-post') {
    const schema = { body: order, response: { 200: receipt } }
    app.post<{ Body: Order }>('/orders', { schema }, async ({ body }) => buy(body))
  } else {
    const schema = {
      params: object({ id: integer }),
      querystring: query,
      response: { 200: article },
    }
    app.get<{ Params: { id: number }; Querystring: Query }>(
      '/articles/:id',
      { schema },
      async (request) => find(request.params.id, request.query),
    )
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server.address()), close: () => app.close() }
}
