// Elysia on its adapter for Node: it validates responses too, and drops what they do not declare.

import { connect, createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { node } from '@elysiajs/node'
import { Elysia, t } from 'elysia'
import { portOf, type Running } from '../../contender.ts'
import { buy, find, type OperationScenario, type Schemas } from '../../operations/shapes.ts'

/** With its own schemas, those of TypeBox, for which it compiles code. */
export function typebox(scenario: OperationScenario): Promise<Running> {
  const app = new Elysia({ adapter: node() })
  if (scenario === 'operation-post') {
    const line = t.Object({
      article: t.String(),
      quantity: t.Integer({ minimum: 1 }),
      price: t.Number({ minimum: 0 }),
      inStock: t.Boolean(),
    })
    app.post('/orders', ({ body }) => buy(body), {
      body: t.Object({
        customer: t.String({ minLength: 1 }),
        lines: t.Array(line),
        note: t.String(),
      }),
      response: t.Object({ customer: t.String(), lines: t.Integer(), total: t.Number() }),
    })
  } else {
    const sort = t.Union([t.Literal('newest'), t.Literal('oldest')])
    app.get('/articles/:id', ({ params, query }) => find(params.id, query), {
      params: t.Object({ id: t.Integer() }),
      query: t.Object({
        search: t.String({ maxLength: 100 }),
        page: t.Integer({ minimum: 1 }),
        sort,
      }),
      response: t.Object({
        id: t.Integer(),
        title: t.String(),
        page: t.Integer(),
        sort,
        tags: t.Array(t.String()),
        author: t.Object({ name: t.String(), email: t.String() }),
      }),
    })
  }
  return listen(app)
}

/** With the schemas of another library. */
export function start(scenario: OperationScenario, schemas: Schemas): Promise<Running> {
  const { params, textQuery, article, order, receipt } = schemas
  const app = new Elysia({ adapter: node() })
  if (scenario === 'operation-post') {
    app.post('/orders', ({ body }) => buy(body), { body: order, response: receipt })
  } else {
    const contract = { params, query: textQuery, response: article }
    app.get('/articles/:id', ({ params, query }) => find(params.id, query), contract)
  }
  return listen(app)
}

interface Listening {
  listen(options: object): { stop(): unknown }
}

/** It tells neither which port it was given nor when it listens: a free one is looked for, and tried. */
async function listen(app: Listening): Promise<Running> {
  const port = await freePort()
  const listening = app.listen({ port, hostname: '127.0.0.1' })
  while (!(await accepts(port))) await setTimeout(10)
  return {
    port,
    close: async () => {
      await listening.stop()
    },
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}
