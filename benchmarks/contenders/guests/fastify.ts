// A Fastify app, bare and mounted: a route of JSON, and one that reads JSON.

import Fastify, { type FastifyInstance } from 'fastify'
import type { App } from 'stellula'
import { fromNode } from 'stellula/interop/fromnode'
import { portOf, type Running } from '../../contender.ts'
import { greeting, type Order } from '../../scenarios.ts'
import { host, hostObserved } from './host.ts'

function guest(): FastifyInstance {
  const app = Fastify()
  app.get('/', async () => ({ message: greeting }))
  app.post<{ Body: Order }>('/orders', async (request) => ({ customer: request.body.customer }))
  return app
}

export async function bare(): Promise<Running> {
  const app = guest()
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: portOf(app.server.address()), close: () => app.close() }
}

async function inside(): Promise<App> {
  const app = guest()
  await app.ready()
  return fromNode((request, response) => app.routing(request, response))
}

export async function mounted(): Promise<Running> {
  return host(await inside())
}

export async function observed(): Promise<Running> {
  return hostObserved(await inside())
}
