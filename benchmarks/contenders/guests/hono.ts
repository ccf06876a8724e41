// A Hono app, on its own Node server and mounted: a route of JSON, and one that reads JSON.

import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { fromFetch } from 'stellula/interop/fromfetch'
import { installLightResponse } from 'stellula/interop/lazyresponse'
import type { Running } from '../../contender.ts'
import { greeting, type Order } from '../../scenarios.ts'
import { host } from './host.ts'

function guest(): Hono {
  const app = new Hono()
  app.get('/', (c) => c.json({ message: greeting }))
  app.post('/orders', async (c) => {
    const order = await c.req.json<Order>()
    return c.json({ customer: order.customer })
  })
  return app
}

/** Its server puts its own classes in the place of Request and Response. */
export function bare(): Promise<Running> {
  return new Promise((resolve) => {
    const server = serve({ fetch: guest().fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
      resolve({ port, close: () => new Promise((closed) => server.close(() => closed())) })
    })
  })
}

export function mounted(): Promise<Running> {
  return host(fromFetch(guest().fetch))
}

/** As its own server has it, with another class in the place of Response. */
export function light(): Promise<Running> {
  installLightResponse()
  return mounted()
}
